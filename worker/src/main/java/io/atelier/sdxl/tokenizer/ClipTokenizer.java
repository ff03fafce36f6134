package io.atelier.sdxl.tokenizer;

import io.atelier.sdxl.model.ModelFolder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CLIP's byte-level byte-pair tokenizer. Immutable.
 *
 * @see "transformers 5 models/clip/tokenization_clip.py"
 */
public final class ClipTokenizer {
    // Only letters and digits are classed by Unicode: accents that stand alone fall into the last group.
    private static final Pattern WORD = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+", Pattern.UNICODE_CHARACTER_CLASS);

    private final Vocabulary vocabulary;
    private final TokenizerSettings settings;
    private final TextReader reader;
    private final TextReader wordReader;
    private final int begin;
    private final int end;
    private final int padding;
    private final int unknown;

    private ClipTokenizer(TokenizerSettings settings, Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        this.settings = settings;
        this.reader = new TextReader(settings);
        this.wordReader = new TextReader(settings.withPaddingAsText());
        this.begin = vocabulary.special(settings.begin());
        this.end = vocabulary.special(settings.end());
        this.padding = vocabulary.special(settings.padding());
        this.unknown = vocabulary.special(settings.unknown());
    }

    /** @throws io.atelier.error.GenerationException MODEL_INVALID naming the file that is missing or wrong */
    public static ClipTokenizer load(ModelFolder folder) {
        return new ClipTokenizer(new TokenizerFiles(folder).settings(), Vocabulary.read(folder));
    }

    /** As {@link #load(ModelFolder)}, but shares the vocabulary of another tokenizer if the files are the same. */
    public static ClipTokenizer load(ModelFolder folder, ClipTokenizer sibling) {
        return new ClipTokenizer(new TokenizerFiles(folder).settings(), sibling.vocabulary.orRead(folder));
    }

    /** Whether every text becomes the same ids as with the other one, which may share the vocabulary. */
    public boolean isSameAs(ClipTokenizer other) {
        return vocabulary == other.vocabulary && settings.equals(other.settings);
    }

    /** How many ids every text becomes. */
    public int length() {
        return settings.length();
    }

    /** How many of them can be the text's own. */
    public int room() {
        return length() - 2;
    }

    /** Pads or cuts the text to {@link #length()} ids. */
    public TokenIds tokenize(String text) {
        List<Integer> content = reader.read(text);
        int kept = Math.min(content.size(), room());
        return new TokenIds(window(content.subList(0, kept)), cutText(content.subList(kept, content.size())));
    }

    /**
     * The text's own ids, as many as there are. Unlike in {@link #tokenize}, the text of the padding token is a word: so
     * does ComfyUI read "!" for SDXL's second encoder.
     */
    public List<Integer> words(String text) {
        return wordReader.read(text);
    }

    /**
     * Begin, the given ids, end, and padding.
     *
     * @param content at most {@link #room()} ids
     */
    public long[] window(List<Integer> content) {
        long[] ids = new long[length()];
        Arrays.fill(ids, padding);
        ids[0] = begin;
        for (int i = 0; i < content.size(); i++) {
            ids[i + 1] = content.get(i);
        }
        ids[content.size() + 1] = end;
        return ids;
    }

    private Optional<String> cutText(List<Integer> ids) {
        if (ids.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(vocabulary.token(id));
        }
        // Spaces between words are not in the alphabet of bytes, so each word is decoded alone.
        List<String> words = Arrays.stream(text.toString().split(Pattern.quote(BytePairs.END_OF_WORD)))
                .map(ByteAlphabet::decode)
                .toList();
        return Optional.of(String.join(" ", words).strip());
    }

    /** From text to ids, in transformers' order: raw special tokens, cleaning, the other special tokens, words. */
    private final class TextReader {
        private final SpecialTokens raw;
        private final SpecialTokens cleaned;

        TextReader(TokenizerSettings settings) {
            this.raw = SpecialTokens.of(settings.raw());
            this.cleaned = SpecialTokens.of(settings.cleaned());
        }

        List<Integer> read(String text) {
            List<Integer> ids = new ArrayList<>();
            Consumer<String> onSpecial = token -> ids.add(vocabulary.special(token));
            Consumer<String> onText =
                    part -> cleaned.split(TextCleaner.clean(part), words -> addWords(words, ids), onSpecial);
            raw.split(text, onText, onSpecial);
            return ids;
        }

        private void addWords(String text, List<Integer> ids) {
            Matcher matcher = WORD.matcher(text);
            while (matcher.find()) {
                ids.addAll(vocabulary.split(matcher.group(), unknown));
            }
        }
    }
}
