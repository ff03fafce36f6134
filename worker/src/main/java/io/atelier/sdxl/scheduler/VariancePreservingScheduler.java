package io.atelier.sdxl.scheduler;

import java.util.OptionalDouble;

/**
 * What DDIM and its relatives share: whole timesteps, and latents that keep the variance of one, sqrt(alpha) times the
 * picture plus sqrt(1 - alpha) times noise, where alpha is the training's cumulative product at the timestep.
 *
 * @see "diffusers schedulers/scheduling_ddim.py"
 */
abstract class VariancePreservingScheduler implements Scheduler {
    private final PredictionType predictionType;
    private final OptionalDouble clipRange;
    private final float[] alphasCumprod;
    private final int[] timesteps;

    VariancePreservingScheduler(SchedulerConfig config, int[] timesteps) {
        this.predictionType = config.predictionType();
        this.clipRange = config.clipRange();
        this.alphasCumprod = NoiseSchedule.cumulativeAlphas(Betas.of(config));
        this.timesteps = timesteps;
    }

    @Override
    public float[] timesteps() {
        return Timesteps.toFloats(timesteps);
    }

    @Override
    public float initNoiseSigma() {
        return 1;
    }

    @Override
    public void addNoise(float[] latents, float[] noise, int call) {
        float alpha = alphasCumprod[timesteps[call]];
        float signal = sqrt(alpha);
        float share = sqrt(1 - alpha);
        for (int i = 0; i < latents.length; i++) {
            latents[i] = signal * latents[i] + share * noise[i];
        }
    }

    final int calls() {
        return timesteps.length;
    }

    final int timestep(int call) {
        return timesteps[call];
    }

    final float alphaCumprod(int timestep) {
        return alphasCumprod[timestep];
    }

    final float predictedOriginal(float alpha, float modelOutput, float latent) {
        float original = unclipped(alpha, modelOutput, latent);
        if (clipRange.isEmpty()) {
            return original;
        }
        float range = (float) clipRange.getAsDouble();
        return Math.min(Math.max(original, -range), range);
    }

    private float unclipped(float alpha, float modelOutput, float latent) {
        switch (predictionType) {
            case EPSILON:
                return (latent - sqrt(1 - alpha) * modelOutput) / sqrt(alpha);
            case V_PREDICTION:
                return sqrt(alpha) * latent - sqrt(1 - alpha) * modelOutput;
            default:
                return modelOutput;
        }
    }

    /** The noise that the UNet sees in the latents, not touched by clipping. */
    final float predictedNoise(float alpha, float modelOutput, float latent) {
        switch (predictionType) {
            case EPSILON:
                return modelOutput;
            case V_PREDICTION:
                return sqrt(alpha) * modelOutput + sqrt(1 - alpha) * latent;
            default:
                return (latent - sqrt(alpha) * modelOutput) / sqrt(1 - alpha);
        }
    }

    static float sqrt(float value) {
        return (float) Math.sqrt(value);
    }
}
