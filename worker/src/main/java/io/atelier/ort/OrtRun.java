package io.atelier.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One job's runs of its graphs, which another thread may end early. New for every job: ONNX Runtime's terminate flag
 * stays set.
 */
public final class OrtRun implements AutoCloseable {
    private final RunOptions options;
    private final Deque<BoundModel> kept = new ArrayDeque<>();
    private boolean terminated;
    private boolean closed;

    OrtRun(RunOptions options) {
        this.options = options;
    }

    /** Ends the graph that is running now, at its next node, and every later one. From any thread, at any time. */
    public synchronized void terminate() {
        terminated = true;
        if (closed) {
            return; // the native flag is gone, and with it everything that it could have stopped
        }
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw OrtErrors.inference("terminating a run", e);
        }
    }

    public synchronized boolean isTerminated() {
        return terminated;
    }

    /** Closes a bound graph with this run. */
    public BoundModel keep(BoundModel bound) {
        kept.push(bound);
        return bound;
    }

    RunOptions options() {
        return options;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            kept.forEach(BoundModel::close);
            options.close();
        }
    }
}
