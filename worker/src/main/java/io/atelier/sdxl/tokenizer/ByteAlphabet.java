package io.atelier.sdxl.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The vocabulary writes every byte as one printable character: printable bytes as themselves, the other 68 as the
 * characters from U+0100 on.
 *
 * @see "openai/CLIP simple_tokenizer.py, bytes_to_unicode"
 */
final class ByteAlphabet {
    private static final char[] CHARACTER_OF = new char[256];
    private static final Map<Character, Byte> BYTE_OF = new HashMap<>();

    static {
        char substitute = 0x100;
        for (int b = 0; b < 256; b++) {
            CHARACTER_OF[b] = isPrintable(b) ? (char) b : substitute++;
            BYTE_OF.put(CHARACTER_OF[b], (byte) b);
        }
    }

    private ByteAlphabet() {}

    private static boolean isPrintable(int b) {
        return b >= 0x21 && b <= 0x7e || b >= 0xa1 && b <= 0xac || b >= 0xae;
    }

    static String encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder encoded = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            encoded.append(CHARACTER_OF[b & 0xff]);
        }
        return encoded.toString();
    }

    /** Characters outside the alphabet are left out; bytes that are no UTF-8 become the replacement character. */
    static String decode(String encoded) {
        byte[] bytes = new byte[encoded.length()];
        int length = 0;
        for (char c : encoded.toCharArray()) {
            Byte b = BYTE_OF.get(c);
            if (b != null) {
                bytes[length++] = b;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
