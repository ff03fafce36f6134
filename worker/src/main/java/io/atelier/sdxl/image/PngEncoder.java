package io.atelier.sdxl.image;

import io.atelier.sdxl.RgbImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes PNG files. The same picture and text give the same bytes: no time, no software name, no thread count.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">Portable Network Graphics, third edition</a>
 */
public final class PngEncoder {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int HEADER_BYTES = 13;
    private static final byte BITS_PER_CHANNEL = 8;
    private static final byte TRUECOLOUR = 2;
    private static final int COMPRESSION_LEVEL = 6;

    /** Where web interfaces look for the text that a picture was made from. */
    private static final String KEYWORD = "parameters";

    private PngEncoder() {}

    /** @param parametersText to keep in the file, such as {@link InfotextFormatter} makes it; empty for none */
    public static byte[] encode(RgbImage image, Optional<String> parametersText) {
        ByteArrayOutputStream png = new ByteArrayOutputStream(image.rgb().length / 2);
        png.writeBytes(SIGNATURE);
        writeChunk(png, "IHDR", header(image));
        parametersText.ifPresent(text -> writeText(png, text));
        writeChunk(png, "IDAT", deflate(PngFilter.filter(image)));
        writeChunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static byte[] header(RgbImage image) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .putInt(image.width())
                .putInt(image.height())
                .put(BITS_PER_CHANNEL)
                .put(TRUECOLOUR)
                .put((byte) 0) // compression method: deflate
                .put((byte) 0) // filter method: adaptive
                .put((byte) 0) // not interlaced
                .array();
    }

    /** As Pillow does, and with it every web interface: tEXt if the text is Latin-1, else iTXt with UTF-8. */
    private static void writeText(ByteArrayOutputStream png, String text) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(KEYWORD.getBytes(StandardCharsets.ISO_8859_1));
        data.write(0);
        if (StandardCharsets.ISO_8859_1.newEncoder().canEncode(text)) {
            data.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
            writeChunk(png, "tEXt", data.toByteArray());
        } else {
            data.writeBytes(new byte[] {0, 0, 0, 0}); // not compressed, no language, no translated keyword
            data.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            writeChunk(png, "iTXt", data.toByteArray());
        }
    }

    private static byte[] deflate(byte[] data) {
        Deflater deflater = new Deflater(COMPRESSION_LEVEL);
        try {
            deflater.setInput(data);
            deflater.finish();
            ByteArrayOutputStream compressed = new ByteArrayOutputStream(data.length / 2);
            byte[] buffer = new byte[1 << 16];
            while (!deflater.finished()) {
                compressed.write(buffer, 0, deflater.deflate(buffer));
            }
            return compressed.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static void writeChunk(ByteArrayOutputStream png, String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        png.writeBytes(bigEndian(data.length));
        png.writeBytes(name);
        png.writeBytes(data);
        png.writeBytes(bigEndian((int) crc.getValue()));
    }

    private static byte[] bigEndian(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }
}
