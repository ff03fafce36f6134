package io.atelier.sdxl;

import io.atelier.sdxl.noise.LatentNoise;
import io.atelier.sdxl.noise.NoiseSource;
import io.atelier.sdxl.scheduler.Scheduler;
import io.atelier.sdxl.unet.Inpainting;
import io.atelier.sdxl.unet.LatentPicture;
import io.atelier.sdxl.unet.LatentShape;

/** What the pictures of a request begin with. */
interface Beginning {

    /**
     * Begins one picture.
     *
     * @param noise fresh from the picture's seed; read in diffusers' order
     */
    LatentPicture begin(NoiseSource noise);

    static Beginning inNoise(LatentShape shape, Scheduler scheduler) {
        return noise -> new LatentPicture(
                LatentNoise.draw(noise, shape.size(), scheduler.initNoiseSigma()), Inpainting.NONE, noise);
    }
}
