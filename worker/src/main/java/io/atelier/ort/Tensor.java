package io.atelier.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;

/** Numbers in host memory that a graph can take in; it is cast to whatever element type the graph declares. */
public abstract class Tensor {
    private final TensorShape shape;

    Tensor(TensorShape shape) {
        this.shape = shape;
    }

    public final TensorShape shape() {
        return shape;
    }

    /** What a graph with this element type reads or writes; the caller closes it. */
    abstract NativeTensor toNative(OrtEnvironment environment, ElementType type) throws OrtException;
}
