package io.atelier.sdxl.unet;

import io.atelier.ort.TensorShape;
import io.atelier.sdxl.ImageSize;

/** The extent of one picture's latents: [4, H/8, W/8]. */
public record LatentShape(int channels, int height, int width) {
    public static final int CHANNELS = 4;

    public static LatentShape of(ImageSize size, int vaeScaleFactor) {
        return new LatentShape(CHANNELS, size.height() / vaeScaleFactor, size.width() / vaeScaleFactor);
    }

    /** Number of elements. */
    public int size() {
        return channels * height * width;
    }

    public TensorShape batch(int rows) {
        return TensorShape.of(rows, channels, height, width);
    }
}
