package io.atelier.worker.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.message.Json;
import io.atelier.sdxl.Cancellation;
import io.atelier.sdxl.PromptSyntax;
import io.atelier.sdxl.StepListener;
import io.atelier.sdxl.TinySdxl;
import io.atelier.worker.storage.MemoryStore;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromptMappingTest {
    private static final GenerationId ID = new GenerationId("a");
    private final SdxlArtist artist = new SdxlArtist(
            TinySdxl.pipeline(),
            "tiny",
            new InputPictures(new MemoryStore(), Map.of(), Optional.empty(), new InputPictures.Limits(0, 0, 0, 0)));

    @Test
    void plain_is_the_default_and_is_echoed() {
        Commission commission = artist.accept(input("{'prompt': '(red:9999)'}"), ID);
        assertThat(commission.parameters().promptSyntax()).isEqualTo(PromptSyntax.PLAIN);
        assertThat(commission.input().promptSyntax()).isEqualTo("plain");
    }

    @Test
    void weighted_reaches_the_pipeline_and_is_echoed() {
        Commission commission = artist.accept(input("{'prompt': '(red:2)', 'prompt_syntax': 'weighted'}"), ID);
        assertThat(commission.parameters().promptSyntax()).isEqualTo(PromptSyntax.WEIGHTED);
        assertThat(commission.input().promptSyntax()).isEqualTo("weighted");
    }

    @Test
    void a_weight_that_is_too_large_is_refused_with_field_and_value() {
        assertThatThrownBy(() -> artist.accept(
                        input("{'prompt': 'red', 'negative_prompt_2': 'a (b:-1e4)', 'prompt_syntax': 'weighted'}"), ID))
                .isInstanceOfSatisfying(GenerationException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(e).hasMessageContainingAll("input.negative_prompt_2", "-10000.0", "1000");
                    assertThat(e.details()).extracting(FieldError::field).containsExactly("input.negative_prompt_2");
                    assertThat(e.details()).extracting(FieldError::value).containsExactly("-10000.0");
                });
    }

    @Test
    void what_was_cut_off_a_plain_prompt_reaches_the_drawing_and_a_weighted_one_loses_nothing() {
        String fields = "'prompt': '" + "cat ".repeat(75) + "Supercalifragilistic 😀', 'num_inference_steps': 1";
        assertThat(draw("{" + fields + "}").warnings())
                .containsExactly("The prompt is longer than 77 tokens; the model did not see its end:"
                        + " supercalifragilistic 😀");
        assertThat(draw("{" + fields + ", 'prompt_syntax': 'weighted'}").warnings())
                .isEmpty();
    }

    private Drawing draw(String input) {
        return artist.draw(artist.accept(input(input), ID), StepListener.NONE, new Cancellation());
    }

    private static GenerationInput input(String json) {
        try {
            return Json.mapper().readValue(json.replace('\'', '"'), GenerationInput.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
