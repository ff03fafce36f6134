package io.atelier.sdxl.unet;

import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtRun;
import java.util.List;

/** A UNet under the fixed conditions of one generation, with buffers that all steps share. Not thread-safe. */
public final class NoisePredictor {
    private final UNet unet;
    private final Conditioning conditioning;
    private final LatentShape shape;
    private UNetBatch batch;

    NoisePredictor(UNet unet, Conditioning conditioning, LatentShape shape) {
        this.unet = unet;
        this.conditioning = conditioning;
        this.shape = shape;
    }

    /**
     * Predicts the noise in the latents of some pictures at once, under each row of the conditions.
     *
     * @param pictures      whose extra channels the UNet sees beside the latents
     * @param scaledLatents n times float32 [4, H/8, W/8], already scaled by the scheduler; read only
     * @return float32 [n, 4, H/8, W/8], or [2n, 4, H/8, W/8] with guidance, the negatives of all pictures first; guidance
     *     is not applied yet; the next call overwrites it
     * @throws io.atelier.error.GenerationException INFERENCE_FAILED, or OUT_OF_MEMORY which another worker may survive
     */
    FloatTensor predict(List<LatentPicture> pictures, List<float[]> scaledLatents, float timestep, OrtRun run) {
        if (batch == null || !batch.fits(scaledLatents.size(), run)) {
            batch = new UNetBatch(unet, conditioning, shape, scaledLatents.size(), run);
        }
        batch.show(pictures);
        return batch.predict(scaledLatents, timestep);
    }
}
