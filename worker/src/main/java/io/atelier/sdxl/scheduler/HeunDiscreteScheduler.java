package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.noise.NoiseSource;

/**
 * Heun's method: a step of Euler's, a look at where it ended, and the same step again with the mean of both directions
 * (Karras et al. 2022, algorithm 2 without churn). The last step has nothing to look at and stays Euler's.
 *
 * @see "diffusers schedulers/scheduling_heun_discrete.py"
 */
final class HeunDiscreteScheduler extends VarianceExplodingScheduler {

    HeunDiscreteScheduler(SchedulerConfig config, InferenceSteps steps) {
        super(config, doubled(InferenceSigmas.of(config, NoiseSchedule.of(config), steps)));
    }

    /** All levels but the first and the final zero twice: as the end of one step and as the beginning of the next. */
    private static InferenceSigmas doubled(InferenceSigmas single) {
        int calls = 2 * single.timesteps().length - 1;
        float[] timesteps = new float[calls];
        float[] sigmas = new float[calls + 1];
        for (int i = 0; i < calls; i++) {
            timesteps[i] = single.timesteps()[(i + 1) / 2];
            sigmas[i] = single.sigmas()[(i + 1) / 2];
        }
        return new InferenceSigmas(timesteps, sigmas);
    }

    @Override
    public int order() {
        return 2;
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return new HeunSampler();
    }

    private final class HeunSampler extends ScalingSampler {
        private boolean isSecondLook;
        private float[] firstDerivative;
        private float[] firstLatents;
        private float dt;

        @Override
        public void step(int call, float[] modelOutput, float[] latents) {
            if (isSecondLook) {
                correct(sigma(call), modelOutput, latents);
            } else {
                predict(call, modelOutput, latents);
            }
            isSecondLook = !isSecondLook;
        }

        private void predict(int call, float[] modelOutput, float[] latents) {
            float sigma = sigma(call);
            dt = sigma(call + 1) - sigma;
            firstLatents = latents.clone();
            firstDerivative = new float[latents.length];
            for (int i = 0; i < latents.length; i++) {
                firstDerivative[i] = derivative(sigma, modelOutput[i], latents[i]);
                latents[i] += firstDerivative[i] * dt;
            }
        }

        private void correct(float sigma, float[] modelOutput, float[] latents) {
            for (int i = 0; i < latents.length; i++) {
                float mean = (firstDerivative[i] + derivative(sigma, modelOutput[i], latents[i])) / 2;
                latents[i] = firstLatents[i] + mean * dt;
            }
        }
    }
}
