package io.atelier.sdxl.scheduler;

/**
 * What DPM-Solver++ and UniPC share. Their latents keep the variance of one: alpha times the picture plus sigma times noise,
 * where alpha² + sigma² = 1. Their clock is lambda = log(alpha / sigma), infinite at the end, where sigma is zero.
 *
 * @see "diffusers schedulers/scheduling_dpmsolver_multistep.py"
 */
abstract class MultistepScheduler implements Scheduler {
    private final PredictionType predictionType;
    private final int[] timesteps;
    private final float[] inferenceSigmas;
    private final float[] alphas;
    private final float[] sigmas;
    private final float[] lambdas;

    MultistepScheduler(SchedulerConfig config, MultistepSigmas inference) {
        this.predictionType = config.predictionType();
        this.timesteps = inference.timesteps();
        this.inferenceSigmas = inference.sigmas();
        int count = inferenceSigmas.length;
        this.alphas = new float[count];
        this.sigmas = new float[count];
        this.lambdas = new float[count];
        for (int i = 0; i < count; i++) {
            alphas[i] = 1 / (float) Math.sqrt(inferenceSigmas[i] * inferenceSigmas[i] + 1);
            sigmas[i] = inferenceSigmas[i] * alphas[i];
            lambdas[i] = (float) Math.log(alphas[i]) - (float) Math.log(sigmas[i]);
        }
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
        for (int i = 0; i < latents.length; i++) {
            latents[i] = alphas[call] * latents[i] + sigmas[call] * noise[i];
        }
    }

    /** Noise over signal, one per step and the level after the last one. */
    final float[] sigmas() {
        return inferenceSigmas.clone();
    }

    final int steps() {
        return timesteps.length;
    }

    final float alpha(int i) {
        return alphas[i];
    }

    final float sigma(int i) {
        return sigmas[i];
    }

    final float lambda(int i) {
        return lambdas[i];
    }

    final float[] predictedOriginal(int call, float[] modelOutput, float[] latents) {
        float[] original = new float[latents.length];
        for (int i = 0; i < original.length; i++) {
            original[i] = predictedOriginal(alphas[call], sigmas[call], modelOutput[i], latents[i]);
        }
        return original;
    }

    private float predictedOriginal(float alpha, float sigma, float modelOutput, float latent) {
        switch (predictionType) {
            case EPSILON:
                return (latent - sigma * modelOutput) / alpha;
            case V_PREDICTION:
                return alpha * latent - sigma * modelOutput;
            default:
                return modelOutput;
        }
    }
}
