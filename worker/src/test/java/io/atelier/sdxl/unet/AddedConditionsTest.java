package io.atelier.sdxl.unet;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.sdxl.CropOffset;
import io.atelier.sdxl.ImageSize;
import io.atelier.sdxl.MicroConditions;
import io.atelier.sdxl.PixelSize;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AddedConditionsTest {
    private static final ImageSize WIDE = new ImageSize(160, 96);

    @Test
    void sizes_are_those_of_the_picture_height_first() {
        assertThat(AddedConditions.withTargetSize(MicroConditions.DEFAULT, WIDE, true)
                        .toArray())
                .containsExactly(96, 160, 0, 0, 96, 160, 96, 160, 0, 0, 96, 160);
    }

    @Test
    void without_guidance_there_is_the_positive_row_only() {
        assertThat(AddedConditions.withTargetSize(MicroConditions.DEFAULT, WIDE, false)
                        .toArray())
                .containsExactly(96, 160, 0, 0, 96, 160);
        assertThat(AddedConditions.withAestheticScore(MicroConditions.DEFAULT, WIDE, 6, 2.5, false)
                        .toArray())
                .containsExactly(96, 160, 0, 0, 6);
    }

    @Test
    void negative_sizes_of_the_base_model_count_when_both_are_given() {
        assertThat(AddedConditions.withTargetSize(conditions(Optional.of(new PixelSize(50, 40))), WIDE, true)
                        .toArray())
                .containsExactly(10, 20, 7, 8, 40, 50, 100, 200, 1, 2, 96, 160);
        assertThat(AddedConditions.withTargetSize(conditions(Optional.empty()), WIDE, true)
                        .toArray())
                .containsExactly(100, 200, 1, 2, 96, 160, 100, 200, 1, 2, 96, 160);
    }

    @Test
    void the_refiner_takes_scores_and_each_negative_value_by_itself() {
        assertThat(AddedConditions.withAestheticScore(conditions(Optional.empty()), WIDE, 6, 2.5, true)
                        .toArray())
                .containsExactly(10, 20, 7, 8, 2.5f, 100, 200, 1, 2, 6);
    }

    private static MicroConditions conditions(Optional<PixelSize> negativeTarget) {
        return new MicroConditions(
                Optional.of(new PixelSize(200, 100)),
                new CropOffset(1, 2),
                Optional.empty(),
                Optional.of(new PixelSize(20, 10)),
                new CropOffset(7, 8),
                negativeTarget);
    }
}
