package io.atelier.sdxl.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * EXIF data that holds nothing but a user comment, where web interfaces look for the text that a JPEG or WebP picture was
 * made from.
 *
 * @see "AUTOMATIC1111 stable-diffusion-webui modules/images.py, save_image_with_geninfo"
 */
final class ExifComment {
    private static final short EXIF_DIRECTORY = (short) 0x8769;
    private static final short USER_COMMENT = (short) 0x9286;
    private static final short LONG = 4;
    private static final short UNDEFINED = 7;
    private static final int FIRST_DIRECTORY = 8;
    private static final int DIRECTORY_BYTES = 2 + 12 + 4;
    private static final byte[] ENCODING = "UNICODE\0".getBytes(StandardCharsets.US_ASCII);

    private ExifComment() {}

    /** A TIFF structure, big-endian: a directory that points to a second one, and that to the comment in UTF-16. */
    static byte[] of(String text) {
        byte[] characters = text.getBytes(StandardCharsets.UTF_16BE);
        int comment = FIRST_DIRECTORY + 2 * DIRECTORY_BYTES;
        ByteBuffer tiff = ByteBuffer.allocate(comment + ENCODING.length + characters.length);
        tiff.put((byte) 'M').put((byte) 'M').putShort((short) 42).putInt(FIRST_DIRECTORY);
        putDirectory(tiff, EXIF_DIRECTORY, LONG, 1, FIRST_DIRECTORY + DIRECTORY_BYTES);
        putDirectory(tiff, USER_COMMENT, UNDEFINED, ENCODING.length + characters.length, comment);
        return tiff.put(ENCODING).put(characters).array();
    }

    private static void putDirectory(ByteBuffer tiff, short tag, short type, int count, int value) {
        tiff.putShort((short) 1).putShort(tag).putShort(type).putInt(count).putInt(value);
        tiff.putInt(0); // no further directory
    }
}
