package io.atelier.sdxl.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LatentDistributionTest {
    private static final LatentScaling SCALING =
            new LatentScaling(0.5f, new float[] {0, 1, 0, 0}, new float[] {1, 2, 1, 1});

    @Test
    void samples_are_mean_and_deviation_brought_to_the_unets_scale() {
        // Means 3 of all four channels; logarithms of variances 0, 2 ln 2, and beyond both clamps.
        float[] parameters = {3, 3, 3, 3, 0, (float) (2 * Math.log(2)), -1000, 1000};
        LatentDistribution distribution = LatentDistribution.of(parameters, SCALING);
        float[] sample = distribution.sample(count -> {
            float[] ones = new float[count];
            Arrays.fill(ones, 1);
            return ones;
        });
        assertThat(sample[0]).isEqualTo((3 + 1) * 0.5f);
        assertThat(sample[1]).isCloseTo((3 + 2 - 1) * 0.5f / 2, within(1e-6f));
        assertThat(sample[2]).isCloseTo((3 + (float) Math.exp(-15)) * 0.5f, within(1e-6f));
        assertThat(sample[3]).isCloseTo((3 + (float) Math.exp(10)) * 0.5f, within(1e-2f));
    }

    @Test
    void scaling_is_undone_for_the_decoder() {
        float[] latents = {1, -2, 3, 0.25f};
        assertThat(SCALING.undo(SCALING.apply(latents))).containsExactly(latents, within(1e-6f));
    }

    @Test
    void what_is_no_number_is_a_failure() {
        float[] parameters = new float[8];
        parameters[5] = Float.NaN;
        assertThatThrownBy(() -> LatentDistribution.of(parameters, SCALING))
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(ErrorCode.NOT_A_NUMBER);
    }
}
