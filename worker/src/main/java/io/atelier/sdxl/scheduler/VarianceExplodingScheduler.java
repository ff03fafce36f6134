package io.atelier.sdxl.scheduler;

/**
 * What those algorithms share whose latents are the picture plus sigma times noise, the family of Euler: the noise levels,
 * and how to read the UNet's answers.
 *
 * @see "diffusers schedulers/scheduling_euler_discrete.py"
 */
abstract class VarianceExplodingScheduler implements Scheduler {
    private final PredictionType predictionType;
    private final TimestepSpacing spacing;
    private final float[] timesteps;
    private final float[] sigmas;

    VarianceExplodingScheduler(SchedulerConfig config, InferenceSigmas inference) {
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

    final float sigma(int call) {
        return sigmas[call];
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

    final float predictedOriginal(float sigma, float modelOutput, float latent) {
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

    /** The direction in which the latents change with sigma. */
    final float derivative(float sigma, float modelOutput, float latent) {
        return (latent - predictedOriginal(sigma, modelOutput, latent)) / sigma;
    }

    /** The UNet was trained on latents of variance one. */
    abstract class ScalingSampler implements Sampler {
        @Override
        public final void scaleModelInput(int call, float[] latents, float[] scaled) {
            float divisor = (float) Math.sqrt(sigmas[call] * sigmas[call] + 1);
            for (int i = 0; i < latents.length; i++) {
                scaled[i] = latents[i] / divisor;
            }
        }
    }
}
