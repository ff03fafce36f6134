package io.atelier.sdxl.unet;

import io.atelier.ort.FloatTensor;

/**
 * All that steers the UNet at every step of a generation; B is 2 with guidance (negative first) and 1 without.
 *
 * @param promptEmbeds float32 [B, 77, D]
 * @param textEmbeds   float32 [B, projection size], the pooled prompts
 * @param timeIds      float32 [B, 6] or [B, 5]
 */
public record Conditioning(FloatTensor promptEmbeds, FloatTensor textEmbeds, FloatTensor timeIds) {

    int rows() {
        return (int) promptEmbeds.shape().dimension(0);
    }
}
