package io.atelier.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.atelier.error.GenerationException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * A graph together with the tensors that it reads and writes. What is native about them is made once, so that a run costs
 * nothing but the graph, and refills of the tensors between runs are seen. Belongs to one thread.
 */
public final class BoundModel implements AutoCloseable {
    private final OrtModel model;
    private final Map<String, ? extends Tensor> arguments;
    private final List<NativeTensor> inputs = new ArrayList<>();
    private final List<NativeTensor> outputs = new ArrayList<>();
    private final Map<String, OnnxTensor> feeds = new HashMap<>();
    private final Map<String, OnnxTensor> results = new HashMap<>();

    private BoundModel(OrtModel model, Map<String, ? extends Tensor> arguments) {
        this.model = model;
        this.arguments = arguments;
    }

    static BoundModel of(
            OrtModel model,
            Map<String, ? extends Tensor> arguments,
            Map<String, FloatTensor> results,
            OrtEnvironment environment) {
        BoundModel bound = new BoundModel(model, arguments);
        try {
            for (Map.Entry<String, ? extends Tensor> argument : arguments.entrySet()) {
                ElementType type = model.input(argument.getKey()).orElseThrow().type();
                NativeTensor input = argument.getValue().toNative(environment, type);
                bound.inputs.add(input);
                bound.feeds.put(argument.getKey(), input.onnx());
            }
            for (Map.Entry<String, FloatTensor> result : results.entrySet()) {
                ElementType type = model.output(result.getKey()).orElseThrow().type();
                NativeTensor output = result.getValue().toNative(environment, type);
                bound.outputs.add(output);
                bound.results.put(result.getKey(), output.onnx());
            }
            return bound;
        } catch (OrtException e) {
            bound.close();
            throw bound.failure(e);
        }
    }

    /**
     * Computes the results from what the arguments hold now.
     *
     * @throws GenerationException   INFERENCE_FAILED, or OUT_OF_MEMORY which another worker may survive
     * @throws CancellationException if the run was terminated
     */
    public void run(OrtRun run) {
        model.requireOpen();
        if (run.isTerminated()) {
            throw new CancellationException("Stopped before running " + model.file());
        }
        inputs.forEach(NativeTensor::send);
        try {
            compute(run);
        } catch (OrtException e) {
            if (run.isTerminated()) {
                throw new CancellationException("Stopped while running " + model.file());
            }
            throw failure(e);
        }
        outputs.forEach(NativeTensor::receive);
    }

    private void compute(OrtRun run) throws OrtException {
        GraphRun event = new GraphRun();
        event.begin();
        // All results are pinned: the runtime writes into our buffers, and gives nothing of its own that is to be
        // freed.
        try (OrtSession.Result ignored = model.session().run(feeds, Set.of(), results, run.options())) {
            event.end();
        }
        if (event.shouldCommit()) {
            event.graph = model.file().toString();
            event.commit();
        }
    }

    private GenerationException failure(OrtException cause) {
        Map<String, TensorShape> shapes = new LinkedHashMap<>();
        arguments.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return OrtErrors.inference(model.file() + " with inputs " + shapes, cause);
    }

    @Override
    public void close() {
        inputs.forEach(NativeTensor::close);
        outputs.forEach(NativeTensor::close);
    }
}
