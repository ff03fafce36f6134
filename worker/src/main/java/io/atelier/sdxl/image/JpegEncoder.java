package io.atelier.sdxl.image;

import io.atelier.sdxl.RgbImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.imageio.ImageIO;

/** Writes JPEG files. */
public final class JpegEncoder {
    private static final int START_BYTES = 2;
    private static final int LARGEST_SEGMENT = 0xffff;
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

    private JpegEncoder() {}

    /**
     * @param quality        1 to 100
     * @param parametersText to keep in the file; left out if it is longer than a JPEG file can hold
     */
    public static byte[] encode(RgbImage image, int quality, Optional<String> parametersText) {
        byte[] jpeg =
                LossyWriter.write(ImageIO.getImageWritersByFormatName("jpeg").next(), "JPEG", image, quality);
        return parametersText
                .map(ExifComment::of)
                .filter(exif -> exif.length + EXIF.length + 2 <= LARGEST_SEGMENT)
                .map(exif -> withExif(jpeg, exif))
                .orElse(jpeg);
    }

    /** The JFIF segment must stay the first. */
    private static byte[] withExif(byte[] jpeg, byte[] exif) {
        int afterFirst = START_BYTES + 2 + (ByteBuffer.wrap(jpeg).getShort(START_BYTES + 2) & 0xffff);
        ByteArrayOutputStream out = new ByteArrayOutputStream(jpeg.length + exif.length + 16);
        out.write(jpeg, 0, afterFirst);
        out.write(0xff);
        out.write(0xe1); // application segment 1
        int length = 2 + EXIF.length + exif.length;
        out.write(length >> 8);
        out.write(length);
        out.writeBytes(EXIF);
        out.writeBytes(exif);
        out.write(jpeg, afterFirst, jpeg.length - afterFirst);
        return out.toByteArray();
    }
}
