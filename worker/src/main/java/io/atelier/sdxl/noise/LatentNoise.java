package io.atelier.sdxl.noise;

/** Where a picture begins. */
public final class LatentNoise {
    private LatentNoise() {}

    /**
     * Pure noise at the scheduler's first noise level.
     *
     * @param count number of elements of float32 [1, 4, H/8, W/8]
     * @see "diffusers pipeline_stable_diffusion_xl.py, prepare_latents"
     */
    public static float[] draw(NoiseSource noise, int count, float initNoiseSigma) {
        float[] latents = noise.normal(count);
        for (int i = 0; i < latents.length; i++) {
            latents[i] *= initNoiseSigma;
        }
        return latents;
    }
}
