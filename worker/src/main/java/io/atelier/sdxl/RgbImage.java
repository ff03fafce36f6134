package io.atelier.sdxl;

/**
 * A picture, 8 bits per channel.
 *
 * @param rgb red, green and blue of each pixel, row by row from the top left; shared, not copied
 */
public record RgbImage(int width, int height, byte[] rgb) {
    private static final int CHANNELS = 3;

    public RgbImage {
        if (width <= 0 || height <= 0 || rgb.length != CHANNELS * width * height) {
            throw new IllegalArgumentException(rgb.length + " bytes are no RGB picture of " + width + "x" + height);
        }
    }

    /** 0 to 255; channel 0 is red. */
    public int channel(int x, int y, int channel) {
        return rgb[CHANNELS * (y * width + x) + channel] & 0xff;
    }
}
