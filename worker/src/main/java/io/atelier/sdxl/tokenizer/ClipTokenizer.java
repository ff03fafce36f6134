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
    private final SpecialTokens rawSpecials;
    private final SpecialTokens cleanedSpecials;
    private final int begin;
    private final int end;
    private final int padding;
    private final int unknown;
    private final int length;

    private ClipTokenizer(TokenizerFiles files, Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        this.rawSpecials = SpecialTokens.of(files.special(false));
        this.cleanedSpecials = SpecialTokens.of(files.special(true));
        this.begin = vocabulary.special(files.special("bos_token"));
        this.end = vocabulary.special(files.special("eos_token"));
        this.padding = vocabulary.special(files.special("pad_token"));
        this.unknown = vocabulary.special(files.special("unk_token"));
        this.length = files.maxLength();
    }

    /** @throws io.atelier.error.GenerationException MODEL_INVALID naming the file that is missing or wrong */
    public static ClipTokenizer load(ModelFolder folder) {
        return new ClipTokenizer(new TokenizerFiles(folder), Vocabulary.read(folder));
    }

    /** As {@link #load(ModelFolder)}, but shares the vocabulary of another tokenizer if the files are the same. */
    public static ClipTokenizer load(ModelFolder folder, ClipTokenizer sibling) {
        return new ClipTokenizer(new TokenizerFiles(folder), sibling.vocabulary.orRead(folder));
    }

    /** How many ids every text becomes. */
    public int length() {
        return length;
    }

    /** Pads or cuts the text to {@link #length()} ids. */
    public TokenIds tokenize(String text) {
        List<Integer> content = contentIds(text);
        int room = length - 2;
        int kept = Math.min(content.size(), room);
        long[] ids = new long[length];
        Arrays.fill(ids, padding);
        ids[0] = begin;
        for (int i = 0; i < kept; i++) {
            ids[i + 1] = content.get(i);
        }
        ids[kept + 1] = end;
        return new TokenIds(ids, cutText(content.subList(kept, content.size())));
    }

    private List<Integer> contentIds(String text) {
        List<Integer> ids = new ArrayList<>();
        Consumer<String> onSpecial = token -> ids.add(vocabulary.special(token));
        Consumer<String> onText =
                raw -> cleanedSpecials.split(TextCleaner.clean(raw), words -> addWords(words, ids), onSpecial);
        rawSpecials.split(text, onText, onSpecial);
        return ids;
    }

    private void addWords(String text, List<Integer> ids) {
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            ids.addAll(vocabulary.split(matcher.group(), unknown));
        }
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
        return Optional.of(String.join(" ", words));
    }
}
