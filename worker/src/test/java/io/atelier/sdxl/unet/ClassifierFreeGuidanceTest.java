package io.atelier.sdxl.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.atelier.ort.FloatTensor;
import io.atelier.ort.TensorShape;
import io.atelier.sdxl.noise.TorchGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifierFreeGuidanceTest {
    private static final FloatTensor TWO_ROWS = FloatTensor.of(TensorShape.of(2, 1, 1, 4), 0, 1, 2, 3, 1, 1, 4, 3);

    private final float[] result = new float[4];
    private final float[] scratch = new float[4];

    @Test
    void leads_from_the_negative_prediction_through_the_positive_one() {
        new ClassifierFreeGuidance(5, 0).combine(TWO_ROWS, 0, 1, result, scratch);
        assertThat(result).containsExactly(5, 1, 12, 3);
    }

    @Test
    void one_row_is_taken_as_it_is() {
        FloatTensor oneRow = FloatTensor.of(TensorShape.of(1, 1, 1, 4), 1, 2, 3, 4);
        new ClassifierFreeGuidance(1, 0).combine(oneRow, 0, 1, result, scratch);
        assertThat(result).containsExactly(1, 2, 3, 4);
    }

    @Test
    void of_several_pictures_the_negatives_come_first() {
        FloatTensor batch = FloatTensor.of(TensorShape.of(4, 1, 1, 1), 1, 10, 3, 30);
        float[] one = new float[1];
        new ClassifierFreeGuidance(2, 0).combine(batch, 0, 2, one, new float[1]);
        assertThat(one).containsExactly(5);
        new ClassifierFreeGuidance(2, 0).combine(batch, 1, 2, one, new float[1]);
        assertThat(one).containsExactly(50);
    }

    @Test
    void a_full_rescale_has_the_spread_of_the_positive_prediction() {
        new ClassifierFreeGuidance(5, 1).combine(TWO_ROWS, 0, 1, result, scratch);
        // unbiased deviations: 1.5 of (1, 1, 4, 3), 4.7871 of (5, 1, 12, 3)
        assertThat(result[2]).isCloseTo(12 * 1.5f / 4.7871355f, within(1e-5f));
        assertThat(result[1]).isCloseTo(1.5f / 4.7871355f, within(1e-5f));
    }

    /** The same in doubles, value by value, is the reference; a tenth of a millionth is a last digit of float32. */
    @ParameterizedTest
    @ValueSource(ints = {2, 511, 512, 513, 4 * 13 * 17, 4 * 128 * 128})
    void the_spread_is_exact_whatever_the_number_of_values(int count) {
        float[] values = new TorchGenerator(count).normal(count);
        values[0] += 3;
        double mean = 0;
        for (float value : values) {
            mean += value / (double) count;
        }
        double squares = 0;
        for (float value : values) {
            squares += (value - mean) * (value - mean);
        }
        double expected = Math.sqrt(squares / (count - 1));
        assertThat(ClassifierFreeGuidance.standardDeviation(values)).isCloseTo(expected, withinPercentage(1e-5));
    }
}
