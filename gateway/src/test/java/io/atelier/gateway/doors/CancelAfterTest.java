package io.atelier.gateway.doors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CancelAfterTest {
    @ParameterizedTest
    @CsvSource({"90s, PT1M30S", "5m, PT5M", "1h30m45s, PT1H30M45S", " 2h, PT2H", "60, PT1M"})
    void a_time_is_read(String header, Duration time) {
        assertThat(CancelAfter.parse(header)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0s", "-5s", "5 minutes", "1.5h", "m", "99999999s"})
    void what_is_no_time_is_refused_by_name(String header) {
        assertThatThrownBy(() -> CancelAfter.parse(header)).hasMessageContaining("Cancel-After must be a time such as");
    }
}
