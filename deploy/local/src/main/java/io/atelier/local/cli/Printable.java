package io.atelier.local.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** What strangers have written, so that a terminal shows it and does nothing else with it. */
final class Printable {
    private Printable() {}

    /** On one line. */
    static String line(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .forEach(c -> line.append(Character.isISOControl(c) ? "\\u%04x".formatted(c) : Character.toString(c)));
        return line.toString();
    }

    static String shortLine(String text, int length) {
        String line = line(text);
        return line.length() <= length ? line : line.substring(0, length - 1) + "…";
    }

    /** UTF-8 as it is, line by line; other bytes as hexadecimal digits. */
    static String bytes(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.lines()
                    .map(Printable::line)
                    .reduce((a, b) -> a + "\n" + b)
                    .orElse("");
        } catch (CharacterCodingException e) {
            return "0x" + HexFormat.of().formatHex(bytes);
        }
    }
}
