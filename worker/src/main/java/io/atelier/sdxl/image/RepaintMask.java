package io.atelier.sdxl.image;

import io.atelier.sdxl.RgbImage;

/**
 * Which pixels an inpainting draws anew: those that are nearer to white than to black.
 *
 * @param repaint row by row from the top left; shared, not copied
 * @see "diffusers image_processor.py, convert_to_grayscale and binarize"
 */
public record RepaintMask(int width, int height, boolean[] repaint) {
    private static final int CHANNELS = 3;
    private static final int NEARER_TO_WHITE = 128;

    public static RepaintMask of(RgbImage mask) {
        boolean[] repaint = new boolean[mask.width() * mask.height()];
        for (int i = 0; i < repaint.length; i++) {
            repaint[i] = grey(mask.rgb(), CHANNELS * i) >= NEARER_TO_WHITE;
        }
        return new RepaintMask(mask.width(), mask.height(), repaint);
    }

    /** As Pillow turns colours into grey: ITU-R 601-2 luma in 16 fractional bits. */
    private static int grey(byte[] rgb, int at) {
        int red = rgb[at] & 0xff;
        int green = rgb[at + 1] & 0xff;
        int blue = rgb[at + 2] & 0xff;
        return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    }

    /** float32 [1, H/8, W/8] of ones and zeros, each from the top left pixel of its square. */
    public float[] latents(int pixelsPerLatent) {
        int columns = width / pixelsPerLatent;
        float[] values = new float[columns * (height / pixelsPerLatent)];
        for (int i = 0; i < values.length; i++) {
            int y = i / columns * pixelsPerLatent;
            int x = i % columns * pixelsPerLatent;
            values[i] = repaint[y * width + x] ? 1 : 0;
        }
        return values;
    }

    /**
     * Blanks what will be drawn anew.
     *
     * @param planes float32 [3, H, W], copied
     */
    public float[] hide(float[] planes) {
        float[] masked = planes.clone();
        for (int i = 0; i < masked.length; i++) {
            if (repaint[i % repaint.length]) {
                masked[i] = 0;
            }
        }
        return masked;
    }
}
