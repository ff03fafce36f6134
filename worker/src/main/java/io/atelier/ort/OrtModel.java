package io.atelier.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.atelier.error.GenerationException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;

/** A loaded graph: what it takes, what it gives, and how to run it. Its {@link OrtSessions} closes it. */
public final class OrtModel {
    private final Path file;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Map<String, TensorSignature> inputs;
    private final Map<String, TensorSignature> outputs;
    private boolean closed;

    private OrtModel(
            Path file,
            OrtEnvironment environment,
            OrtSession session,
            Map<String, TensorSignature> inputs,
            Map<String, TensorSignature> outputs) {
        this.file = file;
        this.environment = environment;
        this.session = session;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    static OrtModel of(Path file, OrtEnvironment environment, OrtSession session) throws OrtException {
        return new OrtModel(
                file, environment, session, signatures(session.getInputInfo()), signatures(session.getOutputInfo()));
    }

    private static Map<String, TensorSignature> signatures(Map<String, NodeInfo> nodes) {
        Map<String, TensorSignature> signatures = new LinkedHashMap<>();
        nodes.forEach((name, node) -> signatures.put(name, TensorSignature.of(node)));
        return signatures;
    }

    public Path file() {
        return file;
    }

    public Set<String> inputNames() {
        return inputs.keySet();
    }

    public Optional<TensorSignature> input(String name) {
        return Optional.ofNullable(inputs.get(name));
    }

    public Optional<TensorSignature> output(String name) {
        return Optional.ofNullable(outputs.get(name));
    }

    public Set<String> outputNames() {
        return outputs.keySet();
    }

    /**
     * Computes the named outputs, and only those, into the given tensors. Inputs are cast to the graph's element types.
     *
     * @param results where to write each output; its shape must be the one that the graph produces
     * @throws GenerationException   INFERENCE_FAILED, or OUT_OF_MEMORY which another worker may survive
     * @throws CancellationException if the run was terminated
     */
    public void run(Map<String, ? extends Tensor> arguments, Map<String, FloatTensor> results, OrtRun run) {
        if (closed) {
            throw new IllegalStateException("The graph is closed already: " + file);
        }
        if (run.isTerminated()) {
            throw new CancellationException("Stopped before running " + file);
        }
        try {
            runNative(arguments, results, run);
        } catch (OrtException e) {
            if (run.isTerminated()) {
                throw new CancellationException("Stopped while running " + file);
            }
            throw OrtErrors.inference(file + " with inputs " + shapes(arguments), e);
        }
    }

    private void runNative(Map<String, ? extends Tensor> arguments, Map<String, FloatTensor> results, OrtRun run)
            throws OrtException {
        try (NativeTensors natives = new NativeTensors()) {
            Map<String, OnnxTensor> feeds = new HashMap<>();
            for (Map.Entry<String, ? extends Tensor> argument : arguments.entrySet()) {
                ElementType type = inputs.get(argument.getKey()).type();
                feeds.put(argument.getKey(), natives.keep(argument.getValue().toOnnx(environment, type)));
            }
            // A float32 output is written straight into our buffer; any other type goes through the runtime's memory.
            Map<String, OnnxTensor> pinned = new HashMap<>();
            Map<String, FloatTensor> converted = new HashMap<>();
            for (Map.Entry<String, FloatTensor> result : results.entrySet()) {
                if (outputs.get(result.getKey()).type() == ElementType.FLOAT32) {
                    OnnxTensor target = result.getValue().toOnnx(environment, ElementType.FLOAT32);
                    pinned.put(result.getKey(), natives.keep(target));
                } else {
                    converted.put(result.getKey(), result.getValue());
                }
            }
            try (OrtSession.Result computed = session.run(feeds, converted.keySet(), pinned, run.options())) {
                for (Map.Entry<String, FloatTensor> result : converted.entrySet()) {
                    result.getValue()
                            .read((OnnxTensor) computed.get(result.getKey()).orElseThrow());
                }
            }
        }
    }

    private static Map<String, TensorShape> shapes(Map<String, ? extends Tensor> arguments) {
        Map<String, TensorShape> shapes = new LinkedHashMap<>();
        arguments.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    void close() {
        closed = true;
        try {
            session.close();
        } catch (OrtException e) {
            throw OrtErrors.inference("closing " + file, e);
        }
    }
}
