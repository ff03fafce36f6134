package io.atelier.sdxl.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.model.ModelFolder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads the four files that transformers saves a CLIP tokenizer in. */
final class TokenizerFiles {
    private static final List<String> SPECIAL = List.of("bos_token", "eos_token", "unk_token", "pad_token");

    private final ModelFolder folder;
    private final JsonNode config;
    private final JsonNode specialTokensMap;

    TokenizerFiles(ModelFolder folder) {
        this.folder = folder;
        this.config = folder.json("tokenizer_config.json");
        this.specialTokensMap = folder.optionalJson("special_tokens_map.json");
    }

    TokenizerSettings settings() {
        return new TokenizerSettings(
                special(false),
                special(true),
                special("bos_token"),
                special("eos_token"),
                special("pad_token"),
                special("unk_token"),
                maxLength());
    }

    private int maxLength() {
        JsonNode length = config.path("model_max_length");
        // transformers writes 1e30 for "no limit"
        if (!length.isNumber() || length.asDouble() < 3 || length.asDouble() > 100_000) {
            throw folder.invalid("tokenizer_config.json", "has no usable model_max_length: " + length);
        }
        return length.asInt();
    }

    /** The text of a special token such as {@code pad_token}. */
    private String special(String name) {
        JsonNode token = specialNode(name);
        String content = token.isObject() ? token.path("content").asText() : token.asText();
        if (content.isEmpty()) {
            throw folder.invalid("tokenizer_config.json", "names no " + name);
        }
        return content;
    }

    /** Special tokens that are looked for in the raw text ({@code false}) or in the cleaned one ({@code true}). */
    private Set<String> special(boolean normalized) {
        Set<String> contents = new LinkedHashSet<>();
        for (String name : SPECIAL) {
            String content = special(name);
            if (isNormalized(name, content) == normalized) {
                contents.add(content);
            }
        }
        return contents;
    }

    private JsonNode specialNode(String name) {
        JsonNode own = config.path(name);
        return own.isMissingNode() || own.isNull() ? specialTokensMap.path(name) : own;
    }

    private boolean isNormalized(String name, String content) {
        for (JsonNode added : config.path("added_tokens_decoder")) {
            if (added.path("content").asText().equals(content)) {
                return added.path("normalized").asBoolean();
            }
        }
        return specialNode(name).path("normalized").asBoolean(false);
    }
}
