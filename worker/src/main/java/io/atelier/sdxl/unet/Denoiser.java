package io.atelier.sdxl.unet;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtRun;
import io.atelier.sdxl.scheduler.Scheduler;
import java.util.List;

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
     * @param pictures  of one size, denoised together; each comes out as it would alone
     * @param afterStep called after each step of all pictures; what it throws ends the loop
     * @throws GenerationException NOT_A_NUMBER as soon as the latents are no longer finite
     */
    public void denoise(List<LatentPicture> pictures, Runnable afterStep, OrtRun run) {
        List<Scheduler.Sampler> samplers =
                pictures.stream().map(p -> scheduler.start(p.noise())).toList();
        int size = pictures.get(0).latents().length;
        List<float[]> scaled = pictures.stream().map(p -> new float[size]).toList();
        float[] noisePrediction = new float[size];
        float[] scratch = new float[size];
        float[] timesteps = scheduler.timesteps();
        for (int call = range.from(); call < range.to(); call++) {
            for (int i = 0; i < pictures.size(); i++) {
                samplers.get(i).scaleModelInput(call, pictures.get(i).latents(), scaled.get(i));
            }
            FloatTensor predictions = predictor.predict(pictures, scaled, timesteps[call], run);
            for (int i = 0; i < pictures.size(); i++) {
                LatentPicture picture = pictures.get(i);
                float[] latents = picture.latents();
                guidance.combine(predictions, i, pictures.size(), noisePrediction, scratch);
                samplers.get(i).step(call, noisePrediction, latents);
                picture.inpainting().afterCall(scheduler, call, latents);
                requireFinite(latents, timesteps[call]);
            }
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
