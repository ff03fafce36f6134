package io.atelier.sdxl.noise;

/** A stream of standard normal numbers; every call goes on where the last one ended. */
public interface NoiseSource {
    /** {@code count} new numbers, independent of each other. */
    float[] normal(int count);
}
