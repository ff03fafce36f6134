package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.noise.NoiseSource;
import io.atelier.sdxl.scheduler.SchedulerConfig.Variance;

/**
 * Denoising diffusion probabilistic models (Ho et al. 2020): training's process, backwards.
 *
 * @see "diffusers schedulers/scheduling_ddpm.py"
 */
final class DdpmScheduler extends VariancePreservingScheduler {
    private static final float LEAST_VARIANCE = 1e-20f;

    private final Variance variance;

    DdpmScheduler(SchedulerConfig config, InferenceSteps steps) {
        super(config, Timesteps.whole(config, steps));
        this.variance = config.variance();
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return (call, modelOutput, latents) -> step(call, modelOutput, latents, noise);
    }

    private void step(int call, float[] modelOutput, float[] latents, NoiseSource noise) {
        float alpha = alphaCumprod(timestep(call));
        float previousAlpha = call + 1 < calls() ? alphaCumprod(timestep(call + 1)) : 1;
        float currentAlpha = alpha / previousAlpha;
        float currentBeta = 1 - currentAlpha;
        float ofOriginal = sqrt(previousAlpha) * currentBeta / (1 - alpha);
        float ofLatents = sqrt(currentAlpha) * (1 - previousAlpha) / (1 - alpha);
        for (int i = 0; i < latents.length; i++) {
            float original = predictedOriginal(alpha, modelOutput[i], latents[i]);
            latents[i] = ofOriginal * original + ofLatents * latents[i];
        }
        if (timestep(call) > 0) {
            float deviation = deviation((1 - previousAlpha) / (1 - alpha) * currentBeta, currentBeta);
            float[] fresh = noise.normal(latents.length);
            for (int i = 0; i < latents.length; i++) {
                latents[i] += deviation * fresh[i];
            }
        }
    }

    private float deviation(float posterior, float currentBeta) {
        float small = Math.max(posterior, LEAST_VARIANCE);
        switch (variance) {
            case FIXED_SMALL_LOG:
                return (float) Math.exp(0.5f * (float) Math.log(small));
            case FIXED_LARGE:
                return sqrt(currentBeta);
            default:
                return sqrt(small);
        }
    }
}
