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
import java.nio.ShortBuffer;

/**
 * Float32 numbers in a direct buffer of native order, which float32 graphs read and write without a copy. Owned by
 * whoever allocated it; it may be refilled between runs and is not thread-safe.
 */
public final class FloatTensor extends Tensor {
    private final FloatBuffer buffer;
    /** Counts refills, so that a copy in another element type is made anew only when there is something new. */
    private int refills;

    private FloatTensor(TensorShape shape) {
        super(shape);
        // Native order matters: a big-endian view is silently copied by the runtime, and results would not come back.
        this.buffer = direct(Float.BYTES).asFloatBuffer();
    }

    private ByteBuffer direct(int bytesPerElement) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(shape().size(), bytesPerElement))
                .order(ByteOrder.nativeOrder());
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

    public void put(int index, float value) {
        buffer.put(index, value);
        refills++;
    }

    /** Copies {@code values} to where the element {@code index} is. */
    public void put(int index, float[] values) {
        buffer.put(index, values);
        refills++;
    }

    /** Copies a run of another tensor's elements into this one. */
    public void put(int index, FloatTensor source, int from, int length) {
        buffer.put(index, source.buffer, from, length);
        refills++;
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
    NativeTensor toNative(OrtEnvironment environment, ElementType type) throws OrtException {
        long[] dimensions = shape().toArray();
        switch (type) {
            case FLOAT32:
                return new NativeTensor(OnnxTensor.createTensor(environment, buffer.duplicate(), dimensions));
            case FLOAT16:
                ShortBuffer halves = direct(Short.BYTES).asShortBuffer();
                return new Copy(
                        OnnxTensor.createTensor(environment, halves, dimensions, OnnxJavaType.FLOAT16),
                        () -> toHalves(halves),
                        () -> fromHalves(halves));
            case INT64:
                LongBuffer longs = direct(Long.BYTES).asLongBuffer();
                return new Copy(
                        OnnxTensor.createTensor(environment, longs, dimensions),
                        () -> toLongs(longs),
                        () -> fromLongs(longs));
            case INT32:
                IntBuffer ints = direct(Integer.BYTES).asIntBuffer();
                return new Copy(
                        OnnxTensor.createTensor(environment, ints, dimensions),
                        () -> toInts(ints),
                        () -> fromInts(ints));
            default:
                throw new OrtException("No way between float32 and the element type of this input or output");
        }
    }

    private void toHalves(ShortBuffer halves) {
        for (int i = 0; i < halves.limit(); i++) {
            halves.put(i, Fp16Conversions.floatToFp16(buffer.get(i)));
        }
    }

    private void fromHalves(ShortBuffer halves) {
        for (int i = 0; i < halves.limit(); i++) {
            buffer.put(i, Fp16Conversions.fp16ToFloat(halves.get(i)));
        }
    }

    // Truncates like a cast in the graph: older exports take whole timesteps only.
    private void toLongs(LongBuffer longs) {
        for (int i = 0; i < longs.limit(); i++) {
            longs.put(i, (long) buffer.get(i));
        }
    }

    private void fromLongs(LongBuffer longs) {
        for (int i = 0; i < longs.limit(); i++) {
            buffer.put(i, longs.get(i));
        }
    }

    private void toInts(IntBuffer ints) {
        for (int i = 0; i < ints.limit(); i++) {
            ints.put(i, (int) buffer.get(i));
        }
    }

    private void fromInts(IntBuffer ints) {
        for (int i = 0; i < ints.limit(); i++) {
            buffer.put(i, ints.get(i));
        }
    }

    /** The same numbers in another element type. */
    private final class Copy extends NativeTensor {
        private final Runnable write;
        private final Runnable read;
        private int sent = -1;

        Copy(OnnxTensor onnx, Runnable write, Runnable read) {
            super(onnx);
            this.write = write;
            this.read = read;
        }

        @Override
        void send() {
            if (sent != refills) {
                write.run();
                sent = refills;
            }
        }

        @Override
        void receive() {
            read.run();
            refills++;
        }
    }
}
