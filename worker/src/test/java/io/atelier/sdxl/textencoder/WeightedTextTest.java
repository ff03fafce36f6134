package io.atelier.sdxl.textencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.sdxl.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightedTextTest {

    /** Each golden case is a prompt, then its parts as text and weight in turn. */
    @Test
    void prompts_have_the_parts_and_weights_of_the_reference() {
        JsonNode cases = Golden.json("prompt-parts.json");
        assertThat(cases.size()).isGreaterThan(1000);
        for (JsonNode golden : cases) {
            String prompt = golden.get(0).asText();
            List<WeightedText> parts = WeightedText.parse(prompt);
            assertThat(parts).as(prompt).hasSize(golden.size() / 2);
            for (int i = 0; i < parts.size(); i++) {
                assertThat(parts.get(i).text())
                        .as(prompt)
                        .isEqualTo(golden.get(1 + 2 * i).asText());
                assertThat(parts.get(i).weight())
                        .as(prompt)
                        .isCloseTo(golden.get(2 + 2 * i).asDouble(), within(1e-12));
            }
        }
    }

    @Test
    void thousands_of_brackets_are_no_problem() {
        String prompt = "(".repeat(4_000) + "red" + ")".repeat(4_000);
        assertThat(WeightedText.parse(prompt)).singleElement().satisfies(part -> {
            assertThat(part.text()).isEqualTo("red");
            assertThat(part.isInRange()).isFalse();
        });
    }

    @Test
    void what_is_no_finite_decimal_number_is_text() {
        assertThat(WeightedText.parse("(red:nan)")).containsExactly(new WeightedText("red:nan", 1.1));
        assertThat(WeightedText.parse("(red:inf)")).containsExactly(new WeightedText("red:inf", 1.1));
        assertThat(WeightedText.parse("(red:0x1p3)")).containsExactly(new WeightedText("red:0x1p3", 1.1));
        assertThat(WeightedText.parse("(red:1_0)")).containsExactly(new WeightedText("red:1_0", 1.1));
    }

    @Test
    void only_weights_to_draw_with_are_in_range() {
        assertThat(new WeightedText("red", -1000).isInRange()).isTrue();
        assertThat(new WeightedText("red", 1000.5).isInRange()).isFalse();
        assertThat(WeightedText.parse("(red:1e999)").get(0).isInRange()).isFalse();
    }
}
