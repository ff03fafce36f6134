package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class GenerationParametersTest {
    private final GenerationParameters.Builder builder = GenerationParameters.builder("a star");

    @Test
    void nonsense_is_refused_with_its_value() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ImageSize(100, 64))
                .withMessageContaining("100x64");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.numInferenceSteps(0).build())
                .withMessageContaining("0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GenerationParameters.builder("").numImages(-1).build())
                .withMessageContaining("-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GenerationParameters.builder("")
                        .guidanceScale(Double.NaN)
                        .build())
                .withMessageContaining("NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Refinement.ensemble(1.0))
                .withMessageContaining("1.0");
    }

    @Test
    void guidance_begins_above_one() {
        assertThat(builder.guidanceScale(1).build().isGuided()).isFalse();
        assertThat(builder.guidanceScale(1.01).build().isGuided()).isTrue();
    }

    @Test
    void a_copy_differs_only_in_what_was_set() {
        GenerationParameters original =
                builder.negativePrompt("").seed(7).clipSkip(1).build();
        assertThat(original.toBuilder().build()).isEqualTo(original);
        assertThat(original.toBuilder().seed(8).build()).isNotEqualTo(original);
    }
}
