package io.atelier.sdxl.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the first bytes of a picture file say, read before anything is decoded: a small file may hold a huge picture.
 *
 * @param format   by the file's content, whatever its name
 * @param exif     where the orientation is, if there is one; its length is 0 if not
 */
record PictureHeader(Format format, int width, int height, ByteBuffer exif) {

    enum Format {
        PNG,
        JPEG,
        WEBP
    }

    private static final ByteBuffer NO_EXIF = ByteBuffer.allocate(0);
    private static final long PNG_SIGNATURE = 0x89504e470d0a1a0aL;

    /** @throws UnreadablePictureException if it is none of the formats, cut off, or of a kind that is not read */
    static PictureHeader of(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        try {
            if (file.length >= 8 && bytes.getLong(0) == PNG_SIGNATURE) {
                return png(bytes);
            }
            if (file.length >= 3 && (bytes.getShort(0) & 0xffff) == 0xffd8 && file[2] == (byte) 0xff) {
                return jpeg(bytes);
            }
            if (file.length >= 12
                    && name(bytes, 0).equals("RIFF")
                    && name(bytes, 8).equals("WEBP")) {
                return webp(bytes);
            }
        } catch (IndexOutOfBoundsException e) {
            throw new UnreadablePictureException("the file is cut off", e);
        }
        throw new UnreadablePictureException("the file is no PNG, JPEG or WebP picture");
    }

    /** Chunks of length, name, data and checksum. */
    private static PictureHeader png(ByteBuffer bytes) {
        int bits = bytes.get(24);
        int colourType = bytes.get(25);
        if (bits == 16 && (colourType & 2) == 0) {
            throw new UnreadablePictureException("greyscale pictures of 16 bits are not read; 8 bits are");
        }
        ByteBuffer exif = NO_EXIF;
        int at = 8;
        while (!name(bytes, at + 4).equals("IEND")) {
            int length = bytes.getInt(at);
            if (name(bytes, at + 4).equals("eXIf")) {
                exif = slice(bytes, at + 8, length);
            }
            at = next(at, 12L + (length & 0xffffffffL), bytes);
        }
        return new PictureHeader(Format.PNG, bytes.getInt(16), bytes.getInt(20), exif);
    }

    /** Segments of a marker and, mostly, a length and data; the first scan ends what is a header. */
    private static PictureHeader jpeg(ByteBuffer bytes) {
        ByteBuffer exif = NO_EXIF;
        int frame = -1;
        int at = 2;
        int marker = marker(bytes, at);
        while (marker != 0xda) { // start of scan
            if (isFrame(marker)) {
                frame = at;
            }
            if (marker == 0xe1 && startsWith(bytes, at + 4, "Exif\0\0")) {
                exif = slice(bytes, at + 10, (bytes.getShort(at + 2) & 0xffff) - 8);
            }
            at = marker == 0xff ? at + 1 : next(at, 2L + (bytes.getShort(at + 2) & 0xffff), bytes);
            marker = marker(bytes, at);
        }
        if (frame < 0) {
            throw new UnreadablePictureException("the JPEG file holds no picture");
        }
        if (bytes.get(frame + 9) == 4) {
            throw new UnreadablePictureException("CMYK pictures are not read; convert it to RGB");
        }
        requireEnd(bytes, at);
        return new PictureHeader(
                Format.JPEG, bytes.getShort(frame + 7) & 0xffff, bytes.getShort(frame + 5) & 0xffff, exif);
    }

    private static int marker(ByteBuffer bytes, int at) {
        if (bytes.get(at) != (byte) 0xff) {
            throw new UnreadablePictureException("the JPEG file is damaged at byte " + at);
        }
        return bytes.get(at + 1) & 0xff;
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    /** The decoder would fill what is missing with grey. */
    private static void requireEnd(ByteBuffer bytes, int firstScan) {
        for (int at = bytes.limit() - 2; at > firstScan; at--) {
            int marker = bytes.getShort(at) & 0xffff;
            if (marker == 0xffd9) {
                return;
            }
            if (marker == 0xffda) {
                break;
            }
        }
        throw new UnreadablePictureException("the file is cut off");
    }

    /** Chunks of name, little-endian length and data, padded to an even length. */
    private static PictureHeader webp(ByteBuffer bytes) {
        if ((littleEndian(bytes, 4) & 0xffffffffL) + 8 > bytes.limit()) {
            throw new UnreadablePictureException("the file is cut off");
        }
        ByteBuffer exif = NO_EXIF;
        int at = 12;
        while (at + 8 <= bytes.limit()) {
            long length = littleEndian(bytes, at + 4) & 0xffffffffL;
            if (name(bytes, at).equals("ANIM")) {
                throw new UnreadablePictureException("animated pictures are not read");
            }
            if (name(bytes, at).equals("EXIF")) {
                int skip = startsWith(bytes, at + 8, "Exif\0\0") ? 6 : 0;
                exif = slice(bytes, at + 8 + skip, Math.toIntExact(length) - skip);
            }
            at = next(at, 8 + length + length % 2, bytes);
        }
        return webpSize(bytes, exif);
    }

    private static PictureHeader webpSize(ByteBuffer bytes, ByteBuffer exif) {
        switch (name(bytes, 12)) {
            case "VP8X":
                int width = 1 + (littleEndian(bytes, 24) & 0xffffff);
                int height = 1 + (littleEndian(bytes, 26) >>> 8);
                return new PictureHeader(Format.WEBP, width, height, exif);
            case "VP8L":
                int sizes = littleEndian(bytes, 21);
                return new PictureHeader(Format.WEBP, 1 + (sizes & 0x3fff), 1 + (sizes >>> 14 & 0x3fff), exif);
            case "VP8 ":
                int both = littleEndian(bytes, 26);
                return new PictureHeader(Format.WEBP, both & 0x3fff, both >>> 16 & 0x3fff, exif);
            default:
                throw new UnreadablePictureException("the WebP file begins with an unknown chunk");
        }
    }

    private static int next(int at, long length, ByteBuffer bytes) {
        if (at + length > bytes.limit() + 1L) { // the last chunk may lack its padding
            throw new UnreadablePictureException("the file is cut off");
        }
        return (int) (at + length);
    }

    private static ByteBuffer slice(ByteBuffer bytes, int from, int length) {
        if (length < 0 || from + (long) length > bytes.limit()) {
            throw new UnreadablePictureException("the file is cut off");
        }
        return bytes.slice(from, length);
    }

    private static String name(ByteBuffer bytes, int at) {
        byte[] name = new byte[4];
        bytes.get(at, name);
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    private static boolean startsWith(ByteBuffer bytes, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (at + i >= bytes.limit() || bytes.get(at + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int littleEndian(ByteBuffer bytes, int at) {
        return Integer.reverseBytes(bytes.getInt(at));
    }
}
