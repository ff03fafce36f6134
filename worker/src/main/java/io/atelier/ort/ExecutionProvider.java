package io.atelier.ort;

/** What computes the graphs. There is no fallback from one to another: what is asked for must be there. */
public enum ExecutionProvider {
    CPU,
    CUDA,
    TENSORRT
}
