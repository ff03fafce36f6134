package io.atelier.sdxl.tokenizer;

import io.atelier.sdxl.model.ModelFolder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tokens and their ids, and how words are split into them. Large, and often the same for both tokenizers. */
final class Vocabulary {
    private static final String TOKENS = "vocab.json";
    private static final String MERGES = "merges.txt";

    private final ModelFolder folder;
    private final Map<String, Integer> ids;
    private final Map<Integer, String> tokens = new HashMap<>();
    private final BytePairs bytePairs;

    private Vocabulary(ModelFolder folder) {
        this.folder = folder;
        this.ids = readIds(folder);
        ids.forEach((token, id) -> tokens.put(id, token));
        this.bytePairs = new BytePairs(readMerges(folder));
    }

    static Vocabulary read(ModelFolder folder) {
        return new Vocabulary(folder);
    }

    /** This one, if the folder has the same files, else the folder's own. */
    Vocabulary orRead(ModelFolder other) {
        return folder.shares(TOKENS, other) && folder.shares(MERGES, other) ? this : read(other);
    }

    private static Map<String, Integer> readIds(ModelFolder folder) {
        Map<String, Integer> ids = new HashMap<>();
        folder.json(TOKENS)
                .properties()
                .forEach(e -> ids.put(e.getKey(), e.getValue().asInt()));
        return ids;
    }

    /** Each pair of parts with its rank, from "left right" lines below a version line. */
    private static Map<String, Integer> readMerges(ModelFolder folder) {
        Map<String, Integer> ranks = new HashMap<>();
        for (String line : folder.lines(MERGES)) {
            if (!line.isBlank() && !line.startsWith("#version")) {
                ranks.put(line.strip(), ranks.size());
            }
        }
        return ranks;
    }

    /** @throws io.atelier.error.GenerationException MODEL_INVALID if there is no such token */
    int special(String token) {
        Integer id = ids.get(token);
        if (id == null) {
            throw folder.invalid(TOKENS, "lacks the special token " + token);
        }
        return id;
    }

    /** The parts of a word; what is not in the vocabulary is left to {@code unknown}. */
    List<Integer> split(String word, int unknown) {
        return bytePairs.split(ByteAlphabet.encode(word)).stream()
                .map(part -> ids.getOrDefault(part, unknown))
                .toList();
    }

    String token(int id) {
        return tokens.get(id);
    }
}
