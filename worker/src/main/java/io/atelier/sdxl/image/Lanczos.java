package io.atelier.sdxl.image;

import io.atelier.sdxl.RgbImage;

/**
 * Resizes pictures with Pillow's Lanczos filter, to the last bit: weights are rounded to 22 fractional bits, and each of
 * the two passes rounds and clamps to bytes.
 *
 * @see "Pillow src/libImaging/Resample.c, version 13"
 */
public final class Lanczos {
    private static final int CHANNELS = 3;
    private static final int LOBES = 3;
    private static final int FRACTION_BITS = 32 - 8 - 2;
    private static final int HALF = 1 << (FRACTION_BITS - 1);

    private Lanczos() {}

    public static RgbImage resize(RgbImage image, int width, int height) {
        int fewerRows = image.height() - height;
        int fewerColumns = image.width() - width;
        // Pillow's choice since version 13, for speed; the order shows in the last bits.
        boolean rowsFirst = fewerRows <= 0 || fewerRows <= 2 * fewerColumns;
        return rowsFirst
                ? resizeColumns(resizeRows(image, width), height)
                : resizeRows(resizeColumns(image, height), width);
    }

    private static RgbImage resizeRows(RgbImage image, int width) {
        if (width == image.width()) {
            return image;
        }
        Weights weights = Weights.of(image.width(), width);
        byte[] from = image.rgb();
        byte[] to = new byte[CHANNELS * width * image.height()];
        int next = 0;
        for (int y = 0; y < image.height(); y++) {
            int row = y * image.width();
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < CHANNELS; channel++) {
                    int first = CHANNELS * (row + weights.first[x]) + channel;
                    to[next++] = weights.apply(x, from, first, CHANNELS);
                }
            }
        }
        return new RgbImage(width, image.height(), to);
    }

    private static RgbImage resizeColumns(RgbImage image, int height) {
        if (height == image.height()) {
            return image;
        }
        Weights weights = Weights.of(image.height(), height);
        int stride = CHANNELS * image.width();
        byte[] from = image.rgb();
        byte[] to = new byte[stride * height];
        int next = 0;
        for (int y = 0; y < height; y++) {
            for (int column = 0; column < stride; column++) {
                to[next++] = weights.apply(y, from, weights.first[y] * stride + column, stride);
            }
        }
        return new RgbImage(image.width(), height, to);
    }

    /** Which input pixels make up each output pixel along one axis, and how much each counts. */
    private static final class Weights {
        private final int[] first;
        private final int[][] fixed;

        private Weights(int size) {
            this.first = new int[size];
            this.fixed = new int[size][];
        }

        static Weights of(int inputSize, int outputSize) {
            Weights weights = new Weights(outputSize);
            double scale = (double) inputSize / outputSize;
            double filterScale = Math.max(scale, 1);
            double support = LOBES * filterScale;
            for (int i = 0; i < outputSize; i++) {
                double center = (i + 0.5) * scale;
                int from = Math.max((int) (center - support + 0.5), 0);
                int to = Math.min((int) (center + support + 0.5), inputSize);
                weights.first[i] = from;
                weights.fixed[i] = fixedPoint(lanczos(from - center + 0.5, to - from, 1 / filterScale));
            }
            return weights;
        }

        private static double[] lanczos(double firstDistance, int count, double step) {
            double[] values = new double[count];
            double sum = 0;
            for (int i = 0; i < count; i++) {
                double x = (i + firstDistance) * step;
                values[i] = x >= -LOBES && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
                sum += values[i];
            }
            for (int i = 0; i < count; i++) {
                values[i] /= sum;
            }
            return values;
        }

        private static double sinc(double x) {
            return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
        }

        private static int[] fixedPoint(double[] values) {
            int[] fixed = new int[values.length];
            for (int i = 0; i < fixed.length; i++) {
                fixed[i] = (int) (values[i] * (1 << FRACTION_BITS) + Math.copySign(0.5, values[i]));
            }
            return fixed;
        }

        byte apply(int output, byte[] from, int index, int step) {
            int sum = HALF;
            int at = index;
            for (int weight : fixed[output]) {
                sum += (from[at] & 0xff) * weight;
                at += step;
            }
            return (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
        }
    }
}
