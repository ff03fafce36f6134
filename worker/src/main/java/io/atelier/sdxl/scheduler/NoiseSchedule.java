package io.atelier.sdxl.scheduler;

/**
 * How noisy training made a picture at each of its timesteps. Arrays are shared and must not be written.
 *
 * @see "diffusers schedulers/scheduling_euler_discrete.py, __init__"
 */
public final class NoiseSchedule {
    private static final float ALMOST_NO_SIGNAL = 0x1p-24f;

    private final float[] alphasCumprod;
    private final float[] sigmas;

    private NoiseSchedule(float[] alphasCumprod, float[] sigmas) {
        this.alphasCumprod = alphasCumprod;
        this.sigmas = sigmas;
    }

    public static NoiseSchedule of(SchedulerConfig config) {
        float[] alphasCumprod = cumulativeAlphas(Betas.of(config));
        if (config.rescaleBetasZeroSnr()) {
            alphasCumprod[alphasCumprod.length - 1] = ALMOST_NO_SIGNAL; // zero would be an infinite sigma
        }
        float[] sigmas = new float[alphasCumprod.length];
        for (int i = 0; i < sigmas.length; i++) {
            sigmas[i] = (float) Math.sqrt((1 - alphasCumprod[i]) / alphasCumprod[i]);
        }
        return new NoiseSchedule(alphasCumprod, sigmas);
    }

    /** The product of (1 - beta) up to each timestep: summed up in double, as {@code torch.cumprod} does on the CPU. */
    static float[] cumulativeAlphas(float[] betas) {
        float[] products = new float[betas.length];
        double product = 1;
        for (int i = 0; i < betas.length; i++) {
            product *= 1 - betas[i];
            products[i] = (float) product;
        }
        return products;
    }

    /** The share of the picture in the variance, one per training timestep, falling. */
    public float[] alphasCumprod() {
        return alphasCumprod;
    }

    /** Noise over signal, one per training timestep, rising. */
    public float[] sigmas() {
        return sigmas;
    }

    /** The noise level at a timestep that may lie between two, as {@code numpy.interp} finds it. */
    double sigmaAt(double timestep) {
        int last = sigmas.length - 1;
        if (timestep >= last) {
            return sigmas[last];
        }
        if (timestep <= 0) {
            return sigmas[0];
        }
        int below = (int) timestep;
        double slope = (double) sigmas[below + 1] - sigmas[below];
        return slope * (timestep - below) + sigmas[below];
    }

    /** The timestep of a noise level, found between the logarithms of two neighbours. */
    double timestepAt(double sigma) {
        double logSigma = Math.log(Math.max(sigma, 1e-10));
        int low = 0;
        while (low < sigmas.length - 2 && logSigma(low + 1) <= logSigma) {
            low++;
        }
        double weight = (logSigma(low) - logSigma) / (logSigma(low) - logSigma(low + 1));
        weight = Math.min(Math.max(weight, 0), 1);
        return (1 - weight) * low + weight * (low + 1);
    }

    double logSigma(int timestep) {
        return (float) Math.log(sigmas[timestep]);
    }
}
