package io.atelier.ort;

import ai.onnxruntime.OnnxTensor;

/**
 * A tensor as one graph sees it: our own buffer where the graph has the same element type, else a copy beside it that is
 * brought up to date around each run.
 */
class NativeTensor implements AutoCloseable {
    private final OnnxTensor onnx;

    NativeTensor(OnnxTensor onnx) {
        this.onnx = onnx;
    }

    final OnnxTensor onnx() {
        return onnx;
    }

    /** Before a run: shows the graph what is in our buffer now. */
    void send() {}

    /** After a run: takes over what the graph wrote. */
    void receive() {}

    @Override
    public final void close() {
        onnx.close();
    }
}
