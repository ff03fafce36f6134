package io.atelier.sdxl.unet;

import io.atelier.sdxl.scheduler.Scheduler;

/**
 * Inpainting with a UNet that knows nothing of masks: after each step the latents outside the mask are replaced by those
 * of the original, as noisy as the step left the others.
 *
 * @param mask     float32 [1, H/8, W/8], 1 where the picture is drawn anew
 * @param original float32 [4, H/8, W/8] of the start picture
 * @param noise    float32 [4, H/8, W/8], the one that the picture began with
 * @see "diffusers pipeline_stable_diffusion_xl_inpaint.py, denoising loop, num_channels_unet == 4"
 */
public record KeptPicture(float[] mask, float[] original, float[] noise) implements Inpainting {

    @Override
    public void afterCall(Scheduler scheduler, int call, float[] latents) {
        float[] kept = original.clone();
        if (call + 1 < scheduler.timesteps().length) {
            scheduler.addNoise(kept, noise, call + 1);
        }
        for (int i = 0; i < latents.length; i++) {
            float share = mask[i % mask.length];
            latents[i] = (1 - share) * kept[i] + share * latents[i];
        }
    }

    @Override
    public Inpainting withNoise(float[] other) {
        return new KeptPicture(mask, original, other);
    }
}
