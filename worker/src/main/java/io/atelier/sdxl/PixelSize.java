package io.atelier.sdxl;

/** A size that the model is told of, not one that is drawn: any positive number of pixels. */
public record PixelSize(int width, int height) {
    public PixelSize {
        if (width <= 0 || height <= 0) {
            throw new IllegalArgumentException("A size must be positive: " + width + "x" + height);
        }
    }
}
