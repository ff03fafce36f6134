package io.atelier.sdxl;

import io.atelier.sdxl.noise.LatentNoise;
import io.atelier.sdxl.noise.NoiseSource;
import io.atelier.sdxl.scheduler.Scheduler;
import io.atelier.sdxl.unet.Inpainting;
import io.atelier.sdxl.unet.LatentShape;

/** What the pictures of a request begin with. */
interface Beginning {

    /**
     * Begins one picture.
     *
     * @param noise fresh from the picture's seed; read in diffusers' order
     */
    Begun begin(NoiseSource noise);

    /** @param latents float32 [4, H/8, W/8] to denoise; the caller's own */
    record Begun(float[] latents, Inpainting inpainting) {}

    static Beginning inNoise(LatentShape shape, Scheduler scheduler) {
        return noise -> new Begun(LatentNoise.draw(noise, shape.size(), scheduler.initNoiseSigma()), Inpainting.NONE);
    }
}
