package io.atelier.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/**
 * Float32 numbers in a direct buffer of native order, which float32 graphs read and write without a copy. Owned by
 * whoever allocated it; it may be refilled between runs and is not thread-safe.
 */
public final class FloatTensor extends Tensor {
    private final FloatBuffer buffer;

    private FloatTensor(TensorShape shape) {
        super(shape);
        // Native order matters: a big-endian view is silently copied by the runtime, and results would not come back.
        this.buffer = ByteBuffer.allocateDirect(Math.multiplyExact(shape.size(), Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** All zeros. */
    public static FloatTensor allocate(TensorShape shape) {
        return new FloatTensor(shape);
    }

    public static FloatTensor of(TensorShape shape, float... values) {
        FloatTensor tensor = new FloatTensor(shape);
        if (values.length != shape.size()) {
            throw new IllegalArgumentException(values.length + " values do not fill the shape " + shape);
        }
        tensor.put(0, values);
        return tensor;
    }

    public float get(int index) {
        return buffer.get(index);
    }

    /** Copies {@code values} to where the element {@code index} is. */
    public void put(int index, float[] values) {
        buffer.put(index, values);
    }

    /** Copies a run of another tensor's elements into this one. */
    public void put(int index, FloatTensor source, int from, int length) {
        buffer.put(index, source.buffer, from, length);
    }

    /** Copies the elements that begin at {@code index} into {@code values}, as many as it takes to fill it. */
    public void get(int index, float[] values) {
        buffer.get(index, values);
    }

    public float[] toArray() {
        float[] values = new float[shape().size()];
        buffer.get(0, values);
        return values;
    }

    @Override
    OnnxTensor toOnnx(OrtEnvironment environment, ElementType type) throws OrtException {
        long[] dimensions = shape().toArray();
        switch (type) {
            case FLOAT32:
                return OnnxTensor.createTensor(environment, buffer.duplicate(), dimensions);
            case FLOAT16:
                return OnnxTensor.createTensor(
                        environment,
                        Fp16Conversions.convertFloatBufferToFp16Buffer(buffer.duplicate()),
                        dimensions,
                        OnnxJavaType.FLOAT16);
            case INT64:
                return OnnxTensor.createTensor(environment, LongBuffer.wrap(toLongs()), dimensions);
            case INT32:
                return OnnxTensor.createTensor(environment, IntBuffer.wrap(toInts()), dimensions);
            default:
                throw new OrtException("No way to turn float32 into the element type of this input");
        }
    }

    /** Takes over a result of any floating type. */
    void read(OnnxTensor result) {
        FloatBuffer values = result.getFloatBuffer();
        if (values == null || values.remaining() != shape().size()) {
            throw new IllegalArgumentException("Result " + result.getInfo() + " does not fill the shape " + shape());
        }
        buffer.put(0, values, values.position(), values.remaining());
    }

    // Truncates like a cast in the graph: older exports take whole timesteps only.
    private long[] toLongs() {
        long[] values = new long[shape().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) buffer.get(i);
        }
        return values;
    }

    private int[] toInts() {
        int[] values = new int[shape().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (int) buffer.get(i);
        }
        return values;
    }
}
