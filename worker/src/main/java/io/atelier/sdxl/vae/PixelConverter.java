package io.atelier.sdxl.vae;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.RgbImage;

/**
 * From the decoder's numbers to bytes.
 *
 * @see "diffusers image_processor.py, denormalize and numpy_to_pil"
 */
final class PixelConverter {
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

    private static byte toByte(float value) {
        if (!Float.isFinite(value)) {
            throw new GenerationException(ErrorCode.NOT_A_NUMBER, "The VAE returned NaN or infinity");
        }
        float unit = Math.min(Math.max(value * 0.5f + 0.5f, 0), 1);
        return (byte) (int) Math.rint(unit * 255f); // half to even, as numpy; a cast to byte keeps the low 8 bits
    }
}
