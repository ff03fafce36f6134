package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.noise.NoiseSource;

/**
 * Euler's method on the probability flow (Karras et al. 2022, algorithm 2 without churn). Needs no memory between steps.
 *
 * @see "diffusers schedulers/scheduling_euler_discrete.py"
 */
final class EulerDiscreteScheduler extends VarianceExplodingScheduler {

    EulerDiscreteScheduler(SchedulerConfig config, InferenceSteps steps) {
        super(config, InferenceSigmas.of(config, NoiseSchedule.of(config), steps));
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return new EulerSampler();
    }

    private final class EulerSampler extends ScalingSampler {
        @Override
        public void step(int call, float[] modelOutput, float[] latents) {
            float sigma = sigma(call);
            float dt = sigma(call + 1) - sigma;
            for (int i = 0; i < latents.length; i++) {
                latents[i] += derivative(sigma, modelOutput[i], latents[i]) * dt;
            }
        }
    }
}
