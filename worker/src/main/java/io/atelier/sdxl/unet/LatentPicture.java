package io.atelier.sdxl.unet;

import io.atelier.sdxl.noise.NoiseSource;

/**
 * A picture that is coming into being.
 *
 * @param latents float32 [4, H/8, W/8], replaced step by step
 * @param noise   for stochastic schedulers; goes on where the latents' own noise ended
 */
public record LatentPicture(float[] latents, NoiseSource noise) {}
