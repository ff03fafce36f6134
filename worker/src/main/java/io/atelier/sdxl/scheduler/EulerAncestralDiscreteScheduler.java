package io.atelier.sdxl.scheduler;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.noise.NoiseSource;

/**
 * Euler's method that goes a bit too far in each step and comes back with new noise. Draws noise in every step, the last
 * one too, though it has no use for it there: what is drawn afterwards depends on it.
 *
 * @see "diffusers schedulers/scheduling_euler_ancestral_discrete.py"
 */
final class EulerAncestralDiscreteScheduler extends VarianceExplodingScheduler {

    EulerAncestralDiscreteScheduler(SchedulerConfig config, int steps) {
        super(config, InferenceSigmas.of(config, NoiseSchedule.of(config), steps));
        if (config.predictionType() == PredictionType.SAMPLE) {
            throw new GenerationException(
                    ErrorCode.UNSUPPORTED,
                    "The scheduler \"euler_ancestral\" does not take a model that predicts the sample");
        }
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return new AncestralSampler(noise);
    }

    private final class AncestralSampler extends ScalingSampler {
        private final NoiseSource noise;

        AncestralSampler(NoiseSource noise) {
            this.noise = noise;
        }

        @Override
        public void step(int call, float[] modelOutput, float[] latents) {
            float from = sigma(call);
            float to = sigma(call + 1);
            float up = (float) Math.sqrt(to * to * (from * from - to * to) / (from * from));
            float down = (float) Math.sqrt(to * to - up * up);
            float dt = down - from;
            float[] fresh = noise.normal(latents.length);
            for (int i = 0; i < latents.length; i++) {
                float moved = latents[i] + derivative(from, modelOutput[i], latents[i]) * dt;
                latents[i] = moved + fresh[i] * up;
            }
        }
    }
}
