package io.atelier.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/** Whole numbers, such as token ids. */
public final class LongTensor extends Tensor {
    private final long[] values;

    private LongTensor(TensorShape shape, long[] values) {
        super(shape);
        this.values = values;
    }

    public static LongTensor of(TensorShape shape, long... values) {
        if (values.length != shape.size()) {
            throw new IllegalArgumentException(values.length + " values do not fill the shape " + shape);
        }
        return new LongTensor(shape, values.clone());
    }

    @Override
    NativeTensor toNative(OrtEnvironment environment, ElementType type) throws OrtException {
        long[] dimensions = shape().toArray();
        switch (type) {
            case INT64:
                return new NativeTensor(OnnxTensor.createTensor(environment, LongBuffer.wrap(values), dimensions));
            case INT32:
                int[] ints = Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
                return new NativeTensor(OnnxTensor.createTensor(environment, IntBuffer.wrap(ints), dimensions));
            default:
                throw new OrtException("No way to turn whole numbers into the element type of this input");
        }
    }
}
