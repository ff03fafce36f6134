package io.atelier.sdxl.image;

import com.luciad.imageio.webp.WebPImageWriterSpi;
import io.atelier.sdxl.RgbImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Writes lossy WebP files with Google's library.
 *
 * @see <a href="https://developers.google.com/speed/webp/docs/riff_container">WebP container specification</a>
 */
public final class WebpEncoder {
    private static final int HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final int EXTENDED_BYTES = 10;
    private static final byte HAS_EXIF = 8;

    private WebpEncoder() {}

    /**
     * @param quality        1 to 100
     * @param parametersText to keep in the file; empty for none
     */
    public static byte[] encode(RgbImage image, int quality, Optional<String> parametersText) {
        byte[] webp = LossyWriter.write(new WebPImageWriterSpi().createWriterInstance(null), "WebP", image, quality);
        return parametersText
                .map(text -> withExif(webp, image, ExifComment.of(text)))
                .orElse(webp);
    }

    /** The extended form of the container: a chunk that tells what follows, the picture, the EXIF data. */
    private static byte[] withExif(byte[] webp, RgbImage image, byte[] exif) {
        int padding = exif.length % 2;
        int bytes = webp.length + CHUNK_HEADER_BYTES + EXTENDED_BYTES + CHUNK_HEADER_BYTES + exif.length + padding;
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put(name("RIFF")).putInt(bytes - CHUNK_HEADER_BYTES).put(name("WEBP"));
        out.put(name("VP8X")).putInt(EXTENDED_BYTES).putInt(HAS_EXIF);
        put24(out, image.width() - 1);
        put24(out, image.height() - 1);
        out.put(webp, HEADER_BYTES, webp.length - HEADER_BYTES);
        out.put(name("EXIF")).putInt(exif.length).put(exif);
        return out.array();
    }

    private static void put24(ByteBuffer out, int value) {
        out.putShort((short) value).put((byte) (value >> 16));
    }

    private static byte[] name(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}
