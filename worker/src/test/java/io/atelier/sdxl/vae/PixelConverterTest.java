package io.atelier.sdxl.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PixelConverterTest {

    @Test
    void planes_become_interleaved_bytes_and_what_is_out_of_range_is_clamped() {
        float[] planes = {-1, 1, -3, 3, 0, 1};
        RgbImage image = PixelConverter.toImage(planes, 2, 1);
        assertThat(image.rgb()).containsExactly(0, 0, 128, 255, 255, 255); // 127.5 is rounded to even, up
    }

    @Test
    void halves_are_rounded_to_even_as_numpy_does() {
        // 126.5 / 255 and 127.5 / 255 in the decoder's range
        float[] planes = {126.5f / 255 * 2 - 1, 0, 0};
        assertThat(PixelConverter.toImage(planes, 1, 1).channel(0, 0, 0)).isEqualTo(126);
        assertThat(PixelConverter.toImage(planes, 1, 1).channel(0, 0, 1)).isEqualTo(128);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void what_is_no_number_is_a_failure_and_not_a_black_picture(float value) {
        assertThatThrownBy(() -> PixelConverter.toImage(new float[] {0, value, 0}, 1, 1))
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(ErrorCode.NOT_A_NUMBER);
    }
}
