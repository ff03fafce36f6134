package io.atelier.sdxl.vae;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.RgbImage;

/**
 * Between the VAE's numbers and bytes.
 *
 * @see "diffusers image_processor.py, normalize, denormalize and numpy_to_pil"
 */
public final class PixelConverter {
    private static final int CHANNELS = 3;

    private PixelConverter() {}

    /**
     * @param planes float32 [3, height, width], about -1 to 1
     * @throws GenerationException NOT_A_NUMBER: clamping would turn NaN into a black picture
     */
    static RgbImage toImage(float[] planes, int width, int height) {
        int pixels = width * height;
        byte[] rgb = new byte[CHANNELS * pixels];
        for (int channel = 0; channel < CHANNELS; channel++) {
            for (int pixel = 0; pixel < pixels; pixel++) {
                rgb[CHANNELS * pixel + channel] = toByte(planes[channel * pixels + pixel]);
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** float32 [3, height, width], -1 to 1. */
    public static float[] toPlanes(RgbImage image) {
        int pixels = image.width() * image.height();
        float[] planes = new float[CHANNELS * pixels];
        for (int i = 0; i < planes.length; i++) {
            int value = image.rgb()[CHANNELS * (i % pixels) + i / pixels] & 0xff;
            planes[i] = 2 * (value / 255f) - 1;
        }
        return planes;
    }

    private static byte toByte(float value) {
        if (!Float.isFinite(value)) {
            throw new GenerationException(ErrorCode.NOT_A_NUMBER, "The VAE returned NaN or infinity");
        }
        float unit = Math.min(Math.max(value * 0.5f + 0.5f, 0), 1);
        return (byte) (int) Math.rint(unit * 255f); // half to even, as numpy; a cast to byte keeps the low 8 bits
    }
}
