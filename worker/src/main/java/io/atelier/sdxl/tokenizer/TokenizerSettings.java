package io.atelier.sdxl.tokenizer;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the files of a tokenizer say beside the vocabulary.
 *
 * @param raw     special tokens that are looked for in the text as it was written
 * @param cleaned those that are looked for in the cleaned text
 * @param length  how many ids every text becomes
 */
record TokenizerSettings(
        Set<String> raw, Set<String> cleaned, String begin, String end, String padding, String unknown, int length) {

    /** The same, but the padding token's text is a word like any other, unless it has another meaning too. */
    TokenizerSettings withPaddingAsText() {
        if (Set.of(begin, end).contains(padding) || padding.equals(unknown)) {
            return this;
        }
        return new TokenizerSettings(without(raw), without(cleaned), begin, end, padding, unknown, length);
    }

    private Set<String> without(Set<String> tokens) {
        Set<String> others = new LinkedHashSet<>(tokens);
        others.remove(padding);
        return others;
    }
}
