package io.atelier.sdxl.textencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.ort.OrtRun;
import io.atelier.ort.OrtSessions;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.PromptSyntax;
import io.atelier.sdxl.TinySdxl;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.tokenizer.ClipTokenizer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EncodedTextCacheTest {
    private static final GenerationParameters PROMPT = GenerationParameters.builder("a (red:1.5) circle, ".repeat(20))
            .negativePrompt("(blue)")
            .promptSyntax(PromptSyntax.WEIGHTED)
            .build();

    private static OrtSessions sessions;
    private static ClipTokenizer tokenizer;

    @BeforeAll
    static void load() {
        sessions = OrtSessions.create(TinySdxl.settings());
        tokenizer = ClipTokenizer.load(folder("tokenizer_2"));
    }

    @AfterAll
    static void close() {
        sessions.close();
    }

    @Test
    void a_repeated_prompt_has_the_same_values_without_a_run_of_the_encoder() {
        PromptEncoder encoder = encoder(new EncodedTextCache(1 << 20));
        PromptEmbeddings first = encode(encoder, PROMPT);
        PromptEmbeddings again = encodeWithoutRuns(encoder, PROMPT);
        assertThat(again.promptEmbeds().toArray())
                .containsExactly(first.promptEmbeds().toArray());
        assertThat(again.pooledPromptEmbeds().toArray())
                .containsExactly(first.pooledPromptEmbeds().toArray());
        assertThat(first.promptEmbeds().toArray())
                .containsExactly(encode(encoder(new EncodedTextCache(0)), PROMPT)
                        .promptEmbeds()
                        .toArray());
    }

    @Test
    void the_warning_of_a_prompt_that_was_cut_comes_again() {
        PromptEncoder encoder = encoder(new EncodedTextCache(1 << 20));
        GenerationParameters tooLong = GenerationParameters.of("cat ".repeat(75) + "dog");
        assertThat(encode(encoder, tooLong).warnings()).hasSize(1);
        assertThat(encodeWithoutRuns(encoder, tooLong).warnings())
                .singleElement()
                .asString()
                .endsWith(": dog");
    }

    @Test
    void syntax_and_clip_skip_are_told_apart() {
        PromptEncoder encoder = encoder(new EncodedTextCache(1 << 20));
        encode(encoder, PROMPT);
        for (GenerationParameters other : List.of(
                PROMPT.toBuilder().promptSyntax(PromptSyntax.PLAIN).build(),
                PROMPT.toBuilder().clipSkip(1).build())) {
            assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> encodeWithoutRuns(encoder, other));
        }
    }

    @Test
    void however_many_prompts_there_are_the_cache_stays_within_its_bounds() {
        EncodedTextCache cache = new EncodedTextCache(100_000);
        PromptEncoder encoder = encoder(cache);
        for (int i = 0; i < 40; i++) {
            encode(
                    encoder,
                    GenerationParameters.builder("prompt " + i).guidanceScale(1).build());
            assertThat(cache.bytes()).isBetween(1L, 100_000L);
        }
        assertThat(cache.bytes()).isGreaterThan(50_000);
    }

    @Test
    void what_was_used_longest_ago_goes_first() {
        EncodedTextCache cache = new EncodedTextCache(3 * 40);
        for (String text : List.of("a", "b", "c")) {
            cache.put(key(text), text(10, 1));
        }
        cache.get(key("a"));
        cache.put(key("d"), text(10, 1));
        assertThat(cache.get(key("b"))).isEmpty();
        assertThat(cache.get(key("a"))).isPresent();
        assertThat(cache.get(key("c"))).isPresent();
        assertThat(cache.get(key("d"))).isPresent();
        assertThat(cache.bytes()).isEqualTo(120);
    }

    @Test
    void what_is_larger_than_the_cache_drives_nothing_out() {
        EncodedTextCache cache = new EncodedTextCache(80);
        cache.put(key("a"), text(20, 1));
        cache.put(key("b"), text(21, 1));
        assertThat(cache.get(key("a"))).isPresent();
        assertThat(cache.get(key("b"))).isEmpty();
    }

    @Test
    void a_text_put_twice_counts_once() {
        EncodedTextCache cache = new EncodedTextCache(1000);
        cache.put(key("a"), text(20, 1));
        cache.put(key("a"), text(20, 1));
        assertThat(cache.bytes()).isEqualTo(80);
    }

    @Test
    void numbers_that_are_none_are_not_remembered() {
        EncodedTextCache cache = new EncodedTextCache(1000);
        cache.put(key("a"), text(20, Float.NaN));
        assertThat(cache.get(key("a"))).isEmpty();
    }

    @Test
    void a_negative_size_is_refused() {
        assertThatThrownBy(() -> new EncodedTextCache(-1)).hasMessageContaining("-1");
    }

    private static EncodedTextCache.Key key(String text) {
        return new EncodedTextCache.Key(null, text, PromptSyntax.PLAIN, 0);
    }

    private static EncodedText text(int numbers, float value) {
        float[] window = new float[numbers];
        window[numbers - 1] = value;
        return new EncodedText(List.of(window), new float[0], Optional.empty());
    }

    private static PromptEncoder encoder(EncodedTextCache cache) {
        return new PromptEncoder(
                List.of(TextEncoder.load(folder("text_encoder_2"), tokenizer, cache, sessions)), false);
    }

    private static ModelFolder folder(String part) {
        return ModelFolder.at(TinySdxl.base()).part(part);
    }

    private static PromptEmbeddings encode(PromptEncoder encoder, GenerationParameters parameters) {
        try (OrtRun run = sessions.newRun()) {
            return encode(encoder, parameters, run);
        }
    }

    /** A run that is stopped already computes nothing: whoever needs an encoder fails. */
    private static PromptEmbeddings encodeWithoutRuns(PromptEncoder encoder, GenerationParameters parameters) {
        try (OrtRun run = sessions.newRun()) {
            run.terminate();
            return encode(encoder, parameters, run);
        }
    }

    private static PromptEmbeddings encode(PromptEncoder encoder, GenerationParameters parameters, OrtRun run) {
        return encoder.encode(
                PromptTexts.of(parameters),
                parameters.isGuided(),
                parameters.clipSkip().orElse(0),
                run);
    }
}
