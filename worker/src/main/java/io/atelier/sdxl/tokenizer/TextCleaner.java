package io.atelier.sdxl.tokenizer;

import java.text.Normalizer;
import java.util.regex.Pattern;

/**
 * Brings a text into the form that the vocabulary was made for: composed characters, single spaces, lower case.
 *
 * @see "transformers 5 models/clip/tokenization_clip.py, normalizer"
 */
final class TextCleaner {
    // Without the flag, no-break and ideographic spaces would not count.
    private static final Pattern WHITESPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final int CAPITAL_I_WITH_DOT = 0x130;

    private TextCleaner() {}

    static String clean(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
        return lowerCase(WHITESPACE.matcher(composed).replaceAll(" "));
    }

    /** Character by character: {@link String#toLowerCase} would turn a sigma at the end of a word into another letter. */
    private static String lowerCase(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == CAPITAL_I_WITH_DOT) {
                lower.append("i\u0307"); // the only character whose lower case is two
            } else {
                lower.appendCodePoint(Character.toLowerCase(c));
            }
        });
        return lower.toString();
    }
}
