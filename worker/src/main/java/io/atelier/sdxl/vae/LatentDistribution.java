package io.atelier.sdxl.vae;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.noise.NoiseSource;
import java.util.Arrays;

/**
 * The latents that may stand for a picture: a normal distribution for each.
 *
 * @see "diffusers models/autoencoders/vae.py, DiagonalGaussianDistribution"
 */
public final class LatentDistribution {
    private static final float LEAST_LOG_VARIANCE = -30;
    private static final float LARGEST_LOG_VARIANCE = 20;

    private final float[] mean;
    private final float[] standardDeviation;
    private final LatentScaling scaling;

    private LatentDistribution(float[] mean, float[] standardDeviation, LatentScaling scaling) {
        this.mean = mean;
        this.standardDeviation = standardDeviation;
        this.scaling = scaling;
    }

    /** @param parameters float32 [8, H/8, W/8]: means, then logarithms of variances */
    static LatentDistribution of(float[] parameters, LatentScaling scaling) {
        requireFinite(parameters);
        float[] mean = Arrays.copyOf(parameters, parameters.length / 2);
        float[] standardDeviation = new float[mean.length];
        for (int i = 0; i < mean.length; i++) {
            float logVariance = parameters[mean.length + i];
            float clamped = Math.min(Math.max(logVariance, LEAST_LOG_VARIANCE), LARGEST_LOG_VARIANCE);
            standardDeviation[i] = (float) Math.exp(0.5f * clamped);
        }
        return new LatentDistribution(mean, standardDeviation, scaling);
    }

    private static void requireFinite(float[] parameters) {
        for (float parameter : parameters) {
            if (!Float.isFinite(parameter)) {
                throw new GenerationException(ErrorCode.NOT_A_NUMBER, "The VAE encoder returned NaN or infinity");
            }
        }
    }

    /** Number of latents. */
    public int size() {
        return mean.length;
    }

    /** float32 [4, H/8, W/8], at the scale that the UNet was trained on. */
    public float[] sample(NoiseSource noise) {
        float[] sample = noise.normal(mean.length);
        for (int i = 0; i < sample.length; i++) {
            sample[i] = mean[i] + standardDeviation[i] * sample[i];
        }
        return scaling.apply(sample);
    }
}
