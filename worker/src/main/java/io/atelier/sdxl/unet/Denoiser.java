package io.atelier.sdxl.unet;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.ort.OrtRun;
import io.atelier.sdxl.noise.NoiseSource;
import io.atelier.sdxl.scheduler.Scheduler;

/**
 * The loop from noise to picture, or the share of it that one model has.
 *
 * @see "diffusers pipeline_stable_diffusion_xl.py, denoising loop"
 */
public final class Denoiser {
    private final NoisePredictor predictor;
    private final ClassifierFreeGuidance guidance;
    private final Scheduler scheduler;
    private final StepRange range;

    public Denoiser(NoisePredictor predictor, ClassifierFreeGuidance guidance, Scheduler scheduler, StepRange range) {
        this.predictor = predictor;
        this.guidance = guidance;
        this.scheduler = scheduler;
        this.range = range;
    }

    /** Makes finished latents as noisy as {@link #denoise} begins with. */
    public void addNoise(float[] latents, float[] noise) {
        scheduler.addNoise(latents, noise, range.from());
    }

    /** Steps that {@link #denoise} takes. */
    public int steps() {
        return range.count();
    }

    /**
     * @param latents    float32 [4, H/8, W/8], replaced step by step
     * @param inpainting keeps what lies outside a mask
     * @param noise      for stochastic schedulers; goes on where the latents' own noise ended
     * @param afterStep  called after each step; what it throws ends the loop
     * @throws GenerationException NOT_A_NUMBER as soon as the latents are no longer finite
     */
    public void denoise(float[] latents, Inpainting inpainting, NoiseSource noise, Runnable afterStep, OrtRun run) {
        predictor.showExtraChannels(inpainting.extraChannels());
        Scheduler.Sampler sampler = scheduler.start(noise);
        float[] timesteps = scheduler.timesteps();
        float[] scaled = new float[latents.length];
        float[] noisePrediction = new float[latents.length];
        for (int call = range.from(); call < range.to(); call++) {
            sampler.scaleModelInput(call, latents, scaled);
            guidance.combine(predictor.predict(scaled, timesteps[call], run), predictor.rows(), noisePrediction);
            sampler.step(call, noisePrediction, latents);
            inpainting.afterCall(scheduler, call, latents);
            requireFinite(latents, timesteps[call]);
            afterStep.run();
        }
    }

    private static void requireFinite(float[] latents, float timestep) {
        for (float latent : latents) {
            if (!Float.isFinite(latent)) {
                throw new GenerationException(
                        ErrorCode.NOT_A_NUMBER, "The UNet returned NaN or infinity at timestep " + timestep);
            }
        }
    }
}
