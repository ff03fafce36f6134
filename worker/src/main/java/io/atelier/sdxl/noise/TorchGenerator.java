package io.atelier.sdxl.noise;

/**
 * Draws, bit for bit, what {@code torch.randn(count, generator=torch.Generator().manual_seed(seed))} draws on a CPU with
 * AVX2, so that a seed gives the same picture as in diffusers. Only the low 32 bits of a seed matter, as in PyTorch.
 *
 * @see "pytorch: ATen/CPUGeneratorImpl.cpp, ATen/core/DistributionsHelper.h, ATen/native/cpu/DistributionTemplates.h"
 */
public final class TorchGenerator implements NoiseSource {
    /** Tensors from this size on are filled by the vector kernel, which works on blocks of the same length. */
    private static final int BLOCK = 16;

    private static final int HALF = BLOCK / 2;
    private static final float TWO_PI = (float) (2 * Math.PI);
    private static final float FLOAT_UNIT = 0x1p-24f;
    private static final double DOUBLE_UNIT = 0x1p-53;

    private final MersenneTwister twister;

    // The scalar path makes two numbers at a time; the second one waits here, even across calls.
    private double waiting;
    private boolean isWaiting;

    public TorchGenerator(long seed) {
        this.twister = new MersenneTwister((int) seed);
    }

    @Override
    public float[] normal(int count) {
        return count < BLOCK ? scalar(count) : vector(count);
    }

    private float[] vector(int count) {
        float[] data = new float[count];
        for (int i = 0; i < count; i++) {
            data[i] = uniform();
        }
        for (int i = 0; i <= count - BLOCK; i += BLOCK) {
            transformBlock(data, i);
        }
        if (count % BLOCK != 0) {
            // PyTorch draws the last block anew, overwriting part of the one before.
            int tail = count - BLOCK;
            for (int i = tail; i < count; i++) {
                data[i] = uniform();
            }
            transformBlock(data, tail);
        }
        return data;
    }

    /** Box and Muller: uniform pairs half a block apart become normal pairs. */
    private static void transformBlock(float[] data, int start) {
        for (int j = start; j < start + HALF; j++) {
            float u1 = 1 - data[j];
            float theta = TWO_PI * data[j + HALF];
            float radius = (float) Math.sqrt(-2 * VectorMath.log(u1));
            data[j] = radius * VectorMath.cos(theta);
            data[j + HALF] = radius * VectorMath.sin(theta);
        }
    }

    private float[] scalar(int count) {
        float[] data = new float[count];
        for (int i = 0; i < count; i++) {
            data[i] = (float) nextScalar();
        }
        return data;
    }

    private double nextScalar() {
        if (isWaiting) {
            isWaiting = false;
            return waiting;
        }
        double u1 = uniformDouble();
        double u2 = uniformDouble();
        double radius = Math.sqrt(-2 * Math.log1p(-u2));
        double theta = 2 * Math.PI * u1;
        waiting = radius * Math.sin(theta);
        isWaiting = true;
        return radius * Math.cos(theta);
    }

    private float uniform() {
        return (twister.nextInt() & 0xffffff) * FLOAT_UNIT;
    }

    private double uniformDouble() {
        return (twister.nextLong() & ((1L << 53) - 1)) * DOUBLE_UNIT;
    }
}
