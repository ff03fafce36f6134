package io.atelier.sdxl;

/** Width and height of a picture in pixels. */
public record ImageSize(int width, int height) {
    private static final int MULTIPLE = 8;

    public ImageSize {
        if (width <= 0 || height <= 0 || width % MULTIPLE != 0 || height % MULTIPLE != 0) {
            throw new IllegalArgumentException("Image size must be positive multiples of 8: " + width + "x" + height);
        }
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
