package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.noise.NoiseSource;

/**
 * Euler's method on the probability flow (Karras et al. 2022, algorithm 2 without churn). Needs no memory between steps.
 *
 * @see "diffusers schedulers/scheduling_euler_discrete.py"
 */
final class EulerDiscreteScheduler implements Scheduler, Scheduler.Sampler {
    private final PredictionType predictionType;
    private final TimestepSpacing spacing;
    private final float[] timesteps;
    private final float[] sigmas;

    EulerDiscreteScheduler(SchedulerConfig config, int steps) {
        InferenceSigmas inference = InferenceSigmas.of(config, NoiseSchedule.of(config), steps);
        this.predictionType = config.predictionType();
        this.spacing = config.timestepSpacing();
        this.timesteps = inference.timesteps();
        this.sigmas = inference.sigmas();
    }

    @Override
    public float[] timesteps() {
        return timesteps.clone();
    }

    float[] sigmas() {
        return sigmas.clone();
    }

    @Override
    public float initNoiseSigma() {
        float max = sigmas[0];
        // Leading does not begin at pure noise: the picture's own variance is part of what noise stands for.
        return spacing == TimestepSpacing.LEADING ? (float) Math.sqrt(max * max + 1) : max;
    }

    @Override
    public void addNoise(float[] latents, float[] noise, int call) {
        for (int i = 0; i < latents.length; i++) {
            latents[i] += noise[i] * sigmas[call];
        }
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return this;
    }

    @Override
    public void scaleModelInput(int call, float[] latents, float[] scaled) {
        float divisor = (float) Math.sqrt(sigmas[call] * sigmas[call] + 1);
        for (int i = 0; i < latents.length; i++) {
            scaled[i] = latents[i] / divisor;
        }
    }

    @Override
    public void step(int call, float[] modelOutput, float[] latents) {
        float sigma = sigmas[call];
        float dt = sigmas[call + 1] - sigma;
        for (int i = 0; i < latents.length; i++) {
            float derivative = (latents[i] - predictedOriginal(sigma, modelOutput[i], latents[i])) / sigma;
            latents[i] += derivative * dt;
        }
    }

    private float predictedOriginal(float sigma, float modelOutput, float latent) {
        switch (predictionType) {
            case EPSILON:
                return latent - sigma * modelOutput;
            case V_PREDICTION:
                float variance = sigma * sigma + 1;
                return modelOutput * (-sigma / (float) Math.sqrt(variance)) + latent / variance;
            default:
                return modelOutput;
        }
    }
}
