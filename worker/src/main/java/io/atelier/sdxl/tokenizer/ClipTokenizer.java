package io.atelier.sdxl.tokenizer;

import io.atelier.sdxl.model.ModelFolder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private final Map<String, Integer> vocabulary;
    private final Map<Integer, String> tokens = new HashMap<>();
    private final BytePairs bytePairs;
    private final SpecialTokens rawSpecials;
    private final SpecialTokens cleanedSpecials;
    private final int begin;
    private final int end;
    private final int padding;
    private final int length;

    private ClipTokenizer(TokenizerFiles files, ModelFolder folder) {
        this.vocabulary = files.vocabulary();
        vocabulary.forEach((token, id) -> tokens.put(id, token));
        this.bytePairs = new BytePairs(files.merges());
        this.rawSpecials = SpecialTokens.of(files.special(false));
        this.cleanedSpecials = SpecialTokens.of(files.special(true));
        this.begin = id(files.special("bos_token"), folder);
        this.end = id(files.special("eos_token"), folder);
        this.padding = id(files.special("pad_token"), folder);
        this.length = files.maxLength();
    }

    /** @throws io.atelier.error.GenerationException MODEL_INVALID naming the file that is missing or wrong */
    public static ClipTokenizer load(ModelFolder folder) {
        return new ClipTokenizer(new TokenizerFiles(folder), folder);
    }

    private int id(String specialToken, ModelFolder folder) {
        Integer id = vocabulary.get(specialToken);
        if (id == null) {
            throw folder.invalid("vocab.json", "lacks the special token " + specialToken);
        }
        return id;
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
        rawSpecials.split(
                text,
                raw -> cleanedSpecials.split(
                        TextCleaner.clean(raw), words -> addWords(words, ids), token -> ids.add(vocabulary.get(token))),
                token -> ids.add(vocabulary.get(token)));
        return ids;
    }

    private void addWords(String text, List<Integer> ids) {
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            for (String part : bytePairs.split(ByteAlphabet.encode(matcher.group()))) {
                // Every byte is in CLIP's vocabulary; in a smaller one the unknown token is also the end token.
                ids.add(vocabulary.getOrDefault(part, end));
            }
        }
    }

    private Optional<String> cutText(List<Integer> ids) {
        if (ids.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(tokens.get(id));
        }
        // Spaces between words are not in the alphabet of bytes, so each word is decoded alone.
        List<String> words = Arrays.stream(text.toString().split(Pattern.quote(BytePairs.END_OF_WORD)))
                .map(ByteAlphabet::decode)
                .toList();
        return Optional.of(String.join(" ", words));
    }
}
