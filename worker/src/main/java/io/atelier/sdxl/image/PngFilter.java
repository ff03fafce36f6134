package io.atelier.sdxl.image;

import io.atelier.sdxl.RgbImage;

/**
 * Replaces bytes by their difference from a neighbour, which compresses better. For each row that filter is taken whose
 * differences are smallest in sum, the usual heuristic.
 *
 * @see <a href="https://www.w3.org/TR/png-3/#9Filters">Portable Network Graphics, filtering</a>
 */
final class PngFilter {
    private static final int FILTERS = 5;
    private static final int PIXEL_BYTES = 3;

    private PngFilter() {}

    /** Each row with the number of its filter in front. */
    static byte[] filter(RgbImage image) {
        int stride = image.width() * PIXEL_BYTES;
        byte[] filtered = new byte[image.height() * (stride + 1)];
        byte[] best = new byte[stride];
        byte[] candidate = new byte[stride];
        for (int y = 0; y < image.height(); y++) {
            int bestFilter = 0;
            long bestSum = Long.MAX_VALUE;
            for (int filter = 0; filter < FILTERS; filter++) {
                long sum = filterRow(image.rgb(), y * stride, stride, filter, candidate);
                if (sum < bestSum) {
                    bestSum = sum;
                    bestFilter = filter;
                    byte[] swap = best;
                    best = candidate;
                    candidate = swap;
                }
            }
            int start = y * (stride + 1);
            filtered[start] = (byte) bestFilter;
            System.arraycopy(best, 0, filtered, start + 1, stride);
        }
        return filtered;
    }

    private static long filterRow(byte[] rgb, int start, int stride, int filter, byte[] into) {
        long sum = 0;
        boolean isFirstRow = start == 0;
        for (int i = 0; i < stride; i++) {
            int left = i < PIXEL_BYTES ? 0 : rgb[start + i - PIXEL_BYTES] & 0xff;
            int up = isFirstRow ? 0 : rgb[start + i - stride] & 0xff;
            int upLeft = i < PIXEL_BYTES || isFirstRow ? 0 : rgb[start + i - stride - PIXEL_BYTES] & 0xff;
            into[i] = (byte) (rgb[start + i] - predicted(filter, left, up, upLeft));
            sum += Math.abs(into[i]);
        }
        return sum;
    }

    private static int predicted(int filter, int left, int up, int upLeft) {
        switch (filter) {
            case 1:
                return left;
            case 2:
                return up;
            case 3:
                return (left + up) / 2;
            case 4:
                return paeth(left, up, upLeft);
            default:
                return 0;
        }
    }

    private static int paeth(int left, int up, int upLeft) {
        int estimate = left + up - upLeft;
        int toLeft = Math.abs(estimate - left);
        int toUp = Math.abs(estimate - up);
        int toUpLeft = Math.abs(estimate - upLeft);
        if (toLeft <= toUp && toLeft <= toUpLeft) {
            return left;
        }
        return toUp <= toUpLeft ? up : upLeft;
    }
}
