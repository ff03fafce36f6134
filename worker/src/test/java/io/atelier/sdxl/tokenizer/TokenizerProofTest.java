package io.atelier.sdxl.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.atelier.sdxl.TinySdxl;
import io.atelier.sdxl.model.ModelFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Thousands of prompts, ordinary and odd, against the ids that deploy/golden/make_tokenizer.py took from transformers. */
class TokenizerProofTest {
    /** Prompt, ids and cut text of the first tokenizer, and of the second where they differ. */
    private static final List<JsonNode> CASES = new ArrayList<>();

    @BeforeAll
    static void read() throws IOException {
        ObjectMapper json = new ObjectMapper();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(TokenizerProofTest.class.getResourceAsStream("/golden/tokenizer.jsonl.gz")),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                CASES.add(json.readTree(line));
            }
        }
        assertThat(CASES).hasSizeGreaterThan(3000);
    }

    @Test
    void the_first_tokenizer_agrees_with_transformers() {
        assertThat(mismatches("tokenizer", 1)).isEmpty();
    }

    @Test
    void the_second_tokenizer_agrees_with_transformers() {
        assertThat(mismatches("tokenizer_2", 3)).isEmpty();
    }

    private static List<String> mismatches(String part, int column) {
        ClipTokenizer tokenizer =
                ClipTokenizer.load(ModelFolder.at(TinySdxl.base()).part(part));
        List<String> mismatches = new ArrayList<>();
        for (JsonNode golden : CASES) {
            JsonNode ids = golden.path(golden.has(column) ? column : 1);
            JsonNode cut = golden.path(golden.has(column) ? column + 1 : 2);
            List<Integer> content = new ArrayList<>();
            ids.forEach(id -> content.add(id.asInt()));
            TokenIds expected = new TokenIds(
                    tokenizer.window(content), cut.isNull() ? Optional.empty() : Optional.of(cut.asText()));
            TokenIds actual = tokenizer.tokenize(golden.get(0).asText());
            if (!text(expected).equals(text(actual))) {
                mismatches.add(golden.get(0) + ": expected " + text(expected) + " but was " + text(actual));
            }
        }
        return mismatches;
    }

    private static String text(TokenIds tokens) {
        return Arrays.toString(tokens.ids()) + tokens.cutText();
    }
}
