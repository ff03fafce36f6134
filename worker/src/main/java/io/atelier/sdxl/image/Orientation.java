package io.atelier.sdxl.image;

import io.atelier.sdxl.RgbImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera was held, as EXIF tells it, 1 to 8.
 *
 * @see "Pillow ImageOps.py, exif_transpose"
 */
final class Orientation {
    private static final int UPRIGHT = 1;
    private static final int TAG = 0x0112;
    private static final int CHANNELS = 3;
    private static final int ENTRY_BYTES = 12;

    private Orientation() {}

    /** The value in the first directory of a TIFF structure; upright if there is none that makes sense. */
    static int of(ByteBuffer exif) {
        if (exif.limit() < 8) {
            return UPRIGHT;
        }
        ByteBuffer tiff = exif.duplicate().order(exif.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        try {
            int directory = tiff.getInt(4);
            int entries = tiff.getShort(directory) & 0xffff;
            for (int i = 0; i < entries; i++) {
                int entry = directory + 2 + ENTRY_BYTES * i;
                if ((tiff.getShort(entry) & 0xffff) == TAG) {
                    int value = tiff.getShort(entry + 8);
                    return value >= UPRIGHT && value <= 8 ? value : UPRIGHT;
                }
            }
        } catch (IndexOutOfBoundsException e) {
            return UPRIGHT; // a broken note about a picture does not break the picture
        }
        return UPRIGHT;
    }

    /** The picture as it was seen. */
    static RgbImage upright(RgbImage image, int orientation) {
        if (orientation == UPRIGHT) {
            return image;
        }
        boolean isTurned = orientation >= 5;
        int width = isTurned ? image.height() : image.width();
        int height = isTurned ? image.width() : image.height();
        byte[] rgb = new byte[image.rgb().length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int from = CHANNELS * source(image, orientation, x, y);
                System.arraycopy(image.rgb(), from, rgb, CHANNELS * (y * width + x), CHANNELS);
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** Index of the stored pixel that is seen at x and y. */
    private static int source(RgbImage image, int orientation, int x, int y) {
        int right = image.width() - 1;
        int bottom = image.height() - 1;
        switch (orientation) {
            case 2:
                return y * image.width() + right - x;
            case 3:
                return (bottom - y) * image.width() + right - x;
            case 4:
                return (bottom - y) * image.width() + x;
            case 5:
                return x * image.width() + y;
            case 6:
                return (bottom - x) * image.width() + y;
            case 7:
                return (bottom - x) * image.width() + right - y;
            default:
                return x * image.width() + right - y;
        }
    }
}
