package io.atelier.bench;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The graphs of a base model in a loop of ONNX Runtime's own calls, without anything of ours: what it costs at least. */
final class PlainRuntime {
    private static final List<String> GRAPHS = List.of("text_encoder", "text_encoder_2", "vae_decoder", "unet");
    private static final int TOKENS = 77;
    private static final int PIXELS_PER_LATENT = 8;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final Map<String, OrtSession> sessions = new LinkedHashMap<>();

    /** @param threads 0 for one per core; they do not spin, as ours do not, and all else is as the runtime has it */
    static PlainRuntime load(Path base, int threads) throws OrtException {
        PlainRuntime runtime = new PlainRuntime();
        for (String graph : GRAPHS) {
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                if (threads > 0) {
                    options.setIntraOpNumThreads(threads);
                }
                options.addConfigEntry("session.intra_op.allow_spinning", "0");
                Path file = base.resolve(graph).resolve("model.onnx");
                runtime.sessions.put(graph, runtime.environment.createSession(file.toString(), options));
            }
        }
        return runtime;
    }

    /** Milliseconds for the graphs of one picture, on inputs of zeros: prompt and negative prompt, steps, decoding. */
    double draw(DrawingTask task) throws OrtException {
        long rows = task.guidanceScale() > 1 ? 2 : 1;
        long latents = task.side() / PIXELS_PER_LATENT;
        long start = System.nanoTime();
        for (int text = 0; text < rows; text++) {
            run("text_encoder", Map.of("input_ids", new long[] {1, TOKENS}));
            run("text_encoder_2", Map.of("input_ids", new long[] {1, TOKENS}));
        }
        for (int step = 1; step <= task.steps(); step++) {
            long stepStart = System.nanoTime();
            run("unet", unetShapes(rows, latents));
            System.out.printf("plain: step %d %.1f s%n", step, (System.nanoTime() - stepStart) / 1e9);
        }
        run("vae_decoder", Map.of("latent_sample", new long[] {1, 4, latents, latents}));
        return (System.nanoTime() - start) / 1e6;
    }

    private Map<String, long[]> unetShapes(long rows, long latents) throws OrtException {
        Map<String, long[]> shapes = new HashMap<>();
        for (Map.Entry<String, NodeInfo> input :
                sessions.get("unet").getInputInfo().entrySet()) {
            long[] declared = ((TensorInfo) input.getValue().getInfo()).getShape();
            shapes.put(input.getKey(), declared);
            if (declared.length > 1) {
                declared[0] = rows;
            }
        }
        shapes.put("sample", new long[] {rows, 4, latents, latents});
        shapes.get("encoder_hidden_states")[1] = TOKENS;
        return shapes;
    }

    private void run(String graph, Map<String, long[]> shapes) throws OrtException {
        OrtSession session = sessions.get(graph);
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            for (Map.Entry<String, long[]> shape : shapes.entrySet()) {
                OnnxJavaType type =
                        ((TensorInfo) session.getInputInfo().get(shape.getKey()).getInfo()).type;
                inputs.put(shape.getKey(), zeros(shape.getValue(), type));
            }
            session.run(inputs).close();
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor zeros(long[] shape, OnnxJavaType type) throws OrtException {
        long elements = 1;
        for (long extent : shape) {
            elements *= extent;
        }
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(Math.toIntExact(elements * type.size)).order(ByteOrder.nativeOrder());
        return OnnxTensor.createTensor(environment, buffer, shape, type);
    }
}
