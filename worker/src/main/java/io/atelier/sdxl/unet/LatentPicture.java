package io.atelier.sdxl.unet;

import io.atelier.sdxl.noise.NoiseSource;

/**
 * A picture that is coming into being.
 *
 * @param latents float32 [4, H/8, W/8], replaced step by step
 * @param inpainting keeps what lies outside a mask
 * @param noise   for stochastic schedulers; goes on where the latents' own noise ended
 */
public record LatentPicture(float[] latents, Inpainting inpainting, NoiseSource noise) {

    public LatentPicture withInpainting(Inpainting other) {
        return new LatentPicture(latents, other, noise);
    }
}
