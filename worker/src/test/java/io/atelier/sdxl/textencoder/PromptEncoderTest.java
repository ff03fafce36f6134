package io.atelier.sdxl.textencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtRun;
import io.atelier.ort.OrtSessions;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.Golden;
import io.atelier.sdxl.PromptSyntax;
import io.atelier.sdxl.TinySdxl;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.tokenizer.ClipTokenizer;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PromptEncoderTest {
    /** ONNX Runtime and PyTorch add up float32 numbers around 1 in different orders, through four layers. */
    private static final float TOLERANCE = 1e-4f;

    /** The weighted goldens hold every so many numbers of a position. */
    private static final int STRIDE = 8;

    private static OrtSessions sessions;
    private static PromptEncoder base;
    private static PromptEncoder refiner;

    @BeforeAll
    static void load() {
        sessions = OrtSessions.create(TinySdxl.settings());
        ModelFolder folder = ModelFolder.at(TinySdxl.base());
        EncodedTextCache cache = new EncodedTextCache(0);
        TextEncoder first = TextEncoder.load(
                folder.part("text_encoder"), ClipTokenizer.load(folder.part("tokenizer")), cache, sessions);
        TextEncoder second = TextEncoder.load(
                folder.part("text_encoder_2"), ClipTokenizer.load(folder.part("tokenizer_2")), cache, sessions);
        base = new PromptEncoder(List.of(first, second), true);
        refiner = new PromptEncoder(List.of(second), false);
    }

    @AfterAll
    static void close() {
        sessions.close();
    }

    static Stream<JsonNode> goldenEmbeddings() {
        return StreamSupport.stream(Golden.json("embeddings.json").spliterator(), false);
    }

    static Stream<JsonNode> goldenWeightedEmbeddings() {
        return StreamSupport.stream(Golden.json("weighted-embeddings.json").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("goldenEmbeddings")
    void embeddings_are_those_of_diffusers(JsonNode golden) {
        assertAgrees(golden, parameters(golden).build(), 1);
    }

    @ParameterizedTest
    @MethodSource("goldenWeightedEmbeddings")
    void weighted_embeddings_are_those_of_the_reference(JsonNode golden) {
        assertAgrees(
                golden, parameters(golden).promptSyntax(PromptSyntax.WEIGHTED).build(), STRIDE);
    }

    private static void assertAgrees(JsonNode golden, GenerationParameters parameters, int stride) {
        PromptEncoder encoder = golden.get("model").asText().equals("base") ? base : refiner;
        PromptEmbeddings actual = encode(encoder, parameters);

        FloatTensor embeds = actual.promptEmbeds();
        for (int axis = 0; axis < 3; axis++) {
            assertThat(embeds.shape().dimension(axis))
                    .isEqualTo(golden.get("shape").get(axis).asLong());
        }
        int positions = (int) embeds.shape().dimension(1);
        int width = (int) embeds.shape().dimension(2);
        float[] expected = Golden.floats(golden.get("embeds"));
        int next = 0;
        for (int row = 0; row < 2; row++) {
            for (JsonNode position : golden.get("positions")) {
                int start = (row * positions + position.asInt()) * width;
                for (int i = 0; i < width; i += stride) {
                    assertThat(embeds.get(start + i))
                            .as("row %d, position %s, feature %d", row, position, i)
                            .isCloseTo(expected[next++], within(TOLERANCE));
                }
            }
        }
        assertThat(next).isEqualTo(expected.length);
        assertClose(actual.pooledPromptEmbeds(), Golden.floats(golden.get("pooled")));
    }

    @Test
    void without_a_negative_prompt_the_base_model_gets_zeros_and_with_an_empty_one_it_does_not() {
        PromptEmbeddings none = encode(base, GenerationParameters.of("a star"));
        PromptEmbeddings empty = encode(
                base, GenerationParameters.builder("a star").negativePrompt("").build());
        assertThat(none.promptEmbeds().get(0)).isZero();
        assertThat(empty.promptEmbeds().get(0)).isNotZero();
    }

    @Test
    void without_guidance_there_is_one_row_only() {
        PromptEmbeddings embeddings = encode(
                base, GenerationParameters.builder("a star").guidanceScale(1).build());
        assertThat(embeddings.promptEmbeds().shape().dimension(0)).isEqualTo(1);
        assertThat(embeddings.pooledPromptEmbeds().shape().dimension(0)).isEqualTo(1);
    }

    @Test
    void an_empty_second_prompt_counts_as_none() {
        PromptEmbeddings embeddings =
                encode(base, GenerationParameters.builder("a star").prompt2("").build());
        assertThat(embeddings.promptEmbeds().toArray())
                .containsExactly(encode(base, GenerationParameters.of("a star"))
                        .promptEmbeds()
                        .toArray());
    }

    @Test
    void a_text_that_is_cut_off_is_warned_about() {
        GenerationParameters parameters = GenerationParameters.builder("a red circle, ".repeat(40))
                .prompt2("a star")
                .negativePrompt("dog ".repeat(76))
                .negativePrompt2("short")
                .build();
        assertThat(encode(base, parameters).warnings())
                .hasSize(2)
                .anySatisfy(w -> assertThat(w).contains("The prompt is longer than 77 tokens", "a red circle ,"))
                .anySatisfy(w ->
                        assertThat(w).contains("The negative prompt is longer").endsWith(": dog"));
    }

    private static PromptEmbeddings encode(PromptEncoder encoder, GenerationParameters parameters) {
        try (OrtRun run = sessions.newRun()) {
            return encoder.encode(
                    PromptTexts.of(parameters),
                    parameters.isGuided(),
                    parameters.clipSkip().orElse(0),
                    run);
        }
    }

    private static GenerationParameters.Builder parameters(JsonNode golden) {
        GenerationParameters.Builder builder =
                GenerationParameters.builder(golden.get("prompt").asText());
        if (golden.has("prompt_2")) {
            builder.prompt2(golden.get("prompt_2").asText());
        }
        if (golden.has("negative_prompt")) {
            builder.negativePrompt(golden.get("negative_prompt").asText());
        }
        if (golden.has("negative_prompt_2")) {
            builder.negativePrompt2(golden.get("negative_prompt_2").asText());
        }
        if (golden.has("clip_skip")) {
            builder.clipSkip(golden.get("clip_skip").asInt());
        }
        return builder;
    }

    private static void assertClose(FloatTensor actual, float[] expected) {
        assertThat(actual.shape().size()).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual.get(i)).as("element %d", i).isCloseTo(expected[i], within(TOLERANCE));
        }
    }
}
