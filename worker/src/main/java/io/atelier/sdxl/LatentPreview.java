package io.atelier.sdxl;

import io.atelier.sdxl.image.JpegEncoder;
import io.atelier.sdxl.unet.LatentShape;
import java.util.Optional;

/**
 * Makes a small picture of latents without the VAE, in a millisecond: the colour of a pixel is a linear map of the four numbers
 * that stand for it. Good enough to see what is coming into being. Immutable.
 */
public final class LatentPreview {
    /** What a JPEG file stays below. */
    public static final int MOST_BYTES = 8 * 1024;

    static final int CHANNELS = LatentShape.CHANNELS;
    static final int COLOURS = 3;

    /**
     * For the latents of the VAE that SDXL was published with.
     *
     * @see "ComfyUI comfy/latent_formats.py, SDXL"
     */
    private static final LatentPreview SDXL = new LatentPreview(
            new double[][] {
                {0.3651, 0.4232, 0.4341},
                {-0.2533, -0.0042, 0.1068},
                {0.1076, 0.1111, -0.0362},
                {-0.3165, -0.2492, -0.2188}
            },
            new double[] {0.1084, -0.0175, -0.0011});

    private static final float SDXL_SCALING_FACTOR = 0.13025f;
    private static final int LARGEST_SIDE = 128;
    /** Noise, which does not compress, is small enough with the last one. */
    private static final int[] QUALITIES = {85, 60, 30, 10, 3};

    private final double[][] factors;
    private final double[] bias;

    /**
     * @param factors red, green and blue of each of the four channels, from latents as the UNet takes them to -1 … 1
     * @param bias    red, green and blue where all latents are 0
     */
    LatentPreview(double[][] factors, double[] bias) {
        this.factors = factors;
        this.bias = bias;
    }

    /** What is known of a VAE by its scaling factor: SDXL's own, or nothing. */
    static Optional<LatentPreview> forScalingFactor(float factor) {
        return factor == SDXL_SCALING_FACTOR ? Optional.of(SDXL) : Optional.empty();
    }

    /**
     * A pixel for each latent, or for a square of them where there are more than 128 on a side.
     *
     * @param latents float32 [4, H/8, W/8]; read only
     */
    public RgbImage toRgb(float[] latents, LatentShape shape) {
        int square = (Math.max(shape.width(), shape.height()) + LARGEST_SIDE - 1) / LARGEST_SIDE;
        int width = (shape.width() + square - 1) / square;
        int height = (shape.height() + square - 1) / square;
        byte[] rgb = new byte[COLOURS * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double[] mean = mean(latents, shape, y * square, x * square, square);
                for (int colour = 0; colour < COLOURS; colour++) {
                    rgb[COLOURS * (y * width + x) + colour] = colour(mean, colour);
                }
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** As {@link #toRgb}, as a file of fewer than {@link #MOST_BYTES} bytes. */
    public byte[] toJpeg(float[] latents, LatentShape shape) {
        RgbImage picture = toRgb(latents, shape);
        byte[] jpeg = new byte[0];
        for (int quality : QUALITIES) {
            jpeg = JpegEncoder.encode(picture, quality, Optional.empty());
            if (jpeg.length < MOST_BYTES) {
                break;
            }
        }
        return jpeg;
    }

    /** Of each channel, over the part of the square that lies within the latents. */
    private static double[] mean(float[] latents, LatentShape shape, int top, int left, int square) {
        double[] mean = new double[CHANNELS];
        int bottom = Math.min(top + square, shape.height());
        int right = Math.min(left + square, shape.width());
        for (int channel = 0; channel < CHANNELS; channel++) {
            for (int y = top; y < bottom; y++) {
                for (int x = left; x < right; x++) {
                    mean[channel] += latents[(channel * shape.height() + y) * shape.width() + x];
                }
            }
            mean[channel] /= (bottom - top) * (right - left);
        }
        return mean;
    }

    private byte colour(double[] latent, int colour) {
        double value = bias[colour];
        for (int channel = 0; channel < CHANNELS; channel++) {
            value += factors[channel][colour] * latent[channel];
        }
        double unit = Math.min(Math.max((value + 1) / 2, 0), 1);
        return (byte) (int) Math.rint(unit * 255);
    }
}
