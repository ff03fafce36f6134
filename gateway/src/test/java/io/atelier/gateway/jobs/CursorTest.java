package io.atelier.gateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.GenerationId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {
    @Test
    void comes_back_from_its_text() {
        Cursor cursor = new Cursor(Instant.parse("2026-01-01T12:00:00.123456Z"), new GenerationId("a.b_c-1"));

        assertThat(Cursor.parse(cursor.text())).contains(cursor);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1:../etc",
                "1:",
                ":a",
                "a",
                "",
                "x:a",
                "9223372036854775807:a",
                "-9223372036854775808:a",
                "01:a",
                "1:a "
            })
    void what_never_came_from_it_is_refused(String plain) {
        byte[] bytes = plain.getBytes(StandardCharsets.UTF_8);

        assertThat(Cursor.parse(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)))
                .isEmpty();
    }

    @Test
    void what_is_no_cursor_at_all_is_refused() {
        assertThat(Cursor.parse("%")).isEmpty();
        assertThat(Cursor.parse("a".repeat(100_000))).isEmpty();
    }
}
