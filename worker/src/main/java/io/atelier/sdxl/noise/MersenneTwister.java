package io.atelier.sdxl.noise;

/**
 * MT19937 as PyTorch seeds and reads it.
 *
 * @see "pytorch: ATen/core/MT19937RNGEngine.h"
 */
final class MersenneTwister {
    private static final int LENGTH = 624;
    private static final int OFFSET = 397;
    private static final int UPPER_BIT = 0x80000000;
    private static final int LOWER_BITS = 0x7fffffff;

    private final int[] state = new int[LENGTH];
    private int next = LENGTH;

    MersenneTwister(int seed) {
        state[0] = seed;
        for (int i = 1; i < LENGTH; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    /** 32 random bits. */
    int nextInt() {
        if (next == LENGTH) {
            twist();
            next = 0;
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    /** 64 random bits: the first draw is the high word. */
    long nextLong() {
        long high = nextInt();
        return (high << 32) | (nextInt() & 0xffffffffL);
    }

    private void twist() {
        for (int i = 0; i < LENGTH; i++) {
            int bits = (state[i] & UPPER_BIT) | (state[(i + 1) % LENGTH] & LOWER_BITS);
            state[i] = state[(i + OFFSET) % LENGTH] ^ (bits >>> 1) ^ ((bits & 1) == 0 ? 0 : 0x9908b0df);
        }
    }
}
