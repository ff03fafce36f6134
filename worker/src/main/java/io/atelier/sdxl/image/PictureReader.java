package io.atelier.sdxl.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import io.atelier.sdxl.RgbImage;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG, JPEG and WebP files as diffusers' load_image does: turned upright, then RGB of 8 bits; transparency and colour
 * profiles are dropped, grey becomes three equal channels.
 *
 * @see "diffusers utils/loading_utils.py, load_image"
 */
public final class PictureReader {
    private static final int CHANNELS = 3;

    private PictureReader() {}

    /**
     * @param maxPixels of the decoded picture; looked at before anything is decoded
     * @throws UnreadablePictureException with a sentence that says what is wrong
     */
    public static RgbImage read(byte[] file, long maxPixels) {
        PictureHeader header = PictureHeader.of(file);
        if (header.width() < 1 || header.height() < 1 || (long) header.width() * header.height() > maxPixels) {
            throw new UnreadablePictureException("the picture has " + header.width() + "x" + header.height()
                    + " pixels; there may be " + maxPixels + " at most");
        }
        return Orientation.upright(toRgb(decode(file, header)), Orientation.of(header.exif()));
    }

    private static BufferedImage decode(byte[] file, PictureHeader header) {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            ImageReader reader = reader(header.format());
            try {
                // Without metadata: compressed notes in a file may be of any size.
                reader.setInput(in, true, true);
                BufferedImage image = reader.read(0);
                if (image.getWidth() != header.width() || image.getHeight() != header.height()) {
                    throw new IOException("its parts contradict each other about the size");
                }
                return image;
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            // Decoders meet damaged files with all kinds of exceptions.
            throw new UnreadablePictureException(
                    "the " + header.format() + " file cannot be decoded: " + e.getMessage(), e);
        }
    }

    private static ImageReader reader(PictureHeader.Format format) throws IOException {
        return format == PictureHeader.Format.WEBP
                ? new WebPImageReaderSpi().createReaderInstance(null)
                : ImageIO.getImageReadersByFormatName(format.name()).next();
    }

    /** Takes the stored numbers: Java's own conversion would apply colour profiles, to grey pictures above all. */
    private static RgbImage toRgb(BufferedImage image) {
        Raster raster = image.getRaster();
        int shift = raster.getSampleModel().getSampleSize(0) - 8;
        int lastBand = raster.getNumBands() < CHANNELS ? 0 : CHANNELS - 1;
        byte[] rgb = new byte[CHANNELS * image.getWidth() * image.getHeight()];
        int[] row = new int[raster.getNumBands() * image.getWidth()];
        int next = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getPixels(0, y, image.getWidth(), 1, row);
            for (int x = 0; x < image.getWidth(); x++) {
                for (int channel = 0; channel < CHANNELS; channel++) {
                    int sample = row[x * raster.getNumBands() + Math.min(channel, lastBand)];
                    rgb[next++] = image.getColorModel() instanceof IndexColorModel
                            ? colour((IndexColorModel) image.getColorModel(), sample, channel)
                            : (byte) (sample >> shift);
                }
            }
        }
        return new RgbImage(image.getWidth(), image.getHeight(), rgb);
    }

    private static byte colour(IndexColorModel palette, int index, int channel) {
        int colour = palette.getRGB(index);
        return (byte) (colour >> 8 * (CHANNELS - 1 - channel));
    }
}
