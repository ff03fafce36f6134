package io.atelier.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.atelier.error.GenerationException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
     * @throws GenerationException                            INFERENCE_FAILED, or OUT_OF_MEMORY
     * @throws java.util.concurrent.CancellationException if the run was terminated
     */
    public void run(Map<String, ? extends Tensor> arguments, Map<String, FloatTensor> results, OrtRun run) {
        requireOpen();
        try (BoundModel bound = bind(arguments, results)) {
            bound.run(run);
        }
    }

    /** Makes ready for many runs with the same tensors. The caller closes it before these sessions. */
    public BoundModel bind(Map<String, ? extends Tensor> arguments, Map<String, FloatTensor> results) {
        return BoundModel.of(this, arguments, results, environment);
    }

    OrtSession session() {
        return session;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The graph is closed already: " + file);
        }
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
