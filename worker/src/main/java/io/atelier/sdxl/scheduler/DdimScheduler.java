package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.noise.NoiseSource;

/**
 * Denoising diffusion implicit models (Song et al. 2020).
 *
 * @see "diffusers schedulers/scheduling_ddim.py"
 */
final class DdimScheduler extends VariancePreservingScheduler {
    private final float eta;
    private final int stride;
    private final float finalAlpha;

    /** @param eta 0 adds no noise, as pipelines do by default; 1 adds as much as DDPM */
    DdimScheduler(SchedulerConfig config, int steps, double eta) {
        super(config, Timesteps.whole(config, steps));
        this.eta = (float) eta;
        this.stride = config.numTrainTimesteps() / steps;
        this.finalAlpha = config.setAlphaToOne() ? 1 : alphaCumprod(0);
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return (call, modelOutput, latents) -> step(timestep(call), modelOutput, latents, noise);
    }

    private void step(int timestep, float[] modelOutput, float[] latents, NoiseSource noise) {
        float alpha = alphaCumprod(timestep);
        float previousAlpha = timestep >= stride ? alphaCumprod(timestep - stride) : finalAlpha;
        float variance = (1 - previousAlpha) / (1 - alpha) * (1 - alpha / previousAlpha);
        float deviation = eta * sqrt(variance);
        float signal = sqrt(previousAlpha);
        float direction = sqrt(1 - previousAlpha - deviation * deviation);
        for (int i = 0; i < latents.length; i++) {
            float original = predictedOriginal(alpha, modelOutput[i], latents[i]);
            latents[i] = signal * original + direction * predictedNoise(alpha, modelOutput[i], latents[i]);
        }
        if (eta > 0) {
            float[] fresh = noise.normal(latents.length);
            for (int i = 0; i < latents.length; i++) {
                latents[i] += deviation * fresh[i];
            }
        }
    }
}
