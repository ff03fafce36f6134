package io.atelier.sdxl.scheduler;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.noise.NoiseSource;

/**
 * Multistep sampling of latent consistency models (Luo et al. 2023): every call gives a finished picture, to which noise is
 * added for the next one. The timesteps are chosen among those of the distillation; the spacing has no say.
 *
 * @see "diffusers schedulers/scheduling_lcm.py"
 */
final class LcmScheduler extends VariancePreservingScheduler {
    private static final float DATA_VARIANCE = 0.25f;

    private final float timestepScaling;

    LcmScheduler(SchedulerConfig config, InferenceSteps steps) {
        super(config, steps.timesteps().map(Timesteps::toInts).orElseGet(() -> timesteps(config, steps.count())));
        this.timestepScaling = (float) config.timestepScaling();
    }

    private static int[] timesteps(SchedulerConfig config, int steps) {
        int original = config.originalInferenceSteps();
        if (steps > original) {
            throw new GenerationException(
                    ErrorCode.UNSUPPORTED,
                    "The scheduler \"lcm\" takes at most " + original + " num_inference_steps: " + steps);
        }
        int stride = config.numTrainTimesteps() / original;
        double spread = (double) original / steps;
        int[] timesteps = new int[steps];
        for (int i = 0; i < steps; i++) {
            timesteps[i] = (original - (int) (i * spread)) * stride - 1;
        }
        return timesteps;
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return (call, modelOutput, latents) -> step(call, modelOutput, latents, noise);
    }

    private void step(int call, float[] modelOutput, float[] latents, NoiseSource noise) {
        float alpha = alphaCumprod(timestep(call));
        float scaled = timestep(call) * timestepScaling;
        float skip = DATA_VARIANCE / (scaled * scaled + DATA_VARIANCE);
        float out = scaled / sqrt(scaled * scaled + DATA_VARIANCE);
        for (int i = 0; i < latents.length; i++) {
            latents[i] = out * predictedOriginal(alpha, modelOutput[i], latents[i]) + skip * latents[i];
        }
        if (call < calls() - 1) {
            addNoise(latents, noise.normal(latents.length), call + 1);
        }
    }
}
