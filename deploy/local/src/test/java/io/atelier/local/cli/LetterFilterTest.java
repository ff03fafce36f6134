package io.atelier.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.local.cli.LetterFilter.Since;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class LetterFilterTest {
    private final Since since = new Since(Clock.fixed(Instant.parse("2026-03-08T12:00:00Z"), ZoneOffset.UTC));

    @ParameterizedTest
    @CsvSource({
        "2026-01-31T08:00:00Z, 2026-01-31T08:00:00Z",
        "45s, 2026-03-08T11:59:15Z",
        "90m, 2026-03-08T10:30:00Z",
        "12h, 2026-03-08T00:00:00Z",
        "7d, 2026-03-01T12:00:00Z"
    })
    void since_is_a_time_or_so_long_ago(String value, Instant expected) {
        assertThat(since.convert(value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "7", "d", "2026-01-31", "99999999d"})
    void anything_else_is_refused_with_an_example(String value) {
        assertThatThrownBy(() -> since.convert(value))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("90m");
    }
}
