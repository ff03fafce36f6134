package io.atelier.sdxl.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokens that are recognised in the text itself, before it is split into words. The padding token is one of them: in
 * SDXL's second tokenizer that is "!", so an exclamation mark in a prompt becomes padding (id 0) there, as in
 * transformers.
 */
final class SpecialTokens {
    private final Pattern pattern;

    private SpecialTokens(Pattern pattern) {
        this.pattern = pattern;
    }

    static SpecialTokens of(Iterable<String> contents) {
        List<String> alternatives = new ArrayList<>();
        contents.forEach(content -> alternatives.add(Pattern.quote(content)));
        // An empty list must match nothing, not the empty text.
        return new SpecialTokens(Pattern.compile(alternatives.isEmpty() ? "(?!)" : String.join("|", alternatives)));
    }

    /** Hands over the special tokens and the texts between them, in order. */
    void split(String text, Consumer<String> onText, Consumer<String> onToken) {
        Matcher matcher = pattern.matcher(text);
        int end = 0;
        while (matcher.find()) {
            onText.accept(text.substring(end, matcher.start()));
            onToken.accept(matcher.group());
            end = matcher.end();
        }
        onText.accept(text.substring(end));
    }
}
