package io.atelier.ort;

/** What computes the graphs. There is no fallback from one to another: what is asked for must be there. */
public enum ExecutionProvider {
    CPU(1),
    CUDA(4),
    TENSORRT(4);

    private final int defaultMaxBatch;

    ExecutionProvider(int defaultMaxBatch) {
        this.defaultMaxBatch = defaultMaxBatch;
    }

    /** A CPU is busy with one picture; a GPU is idle for a part of each small step. */
    public int defaultMaxBatch() {
        return defaultMaxBatch;
    }
}
