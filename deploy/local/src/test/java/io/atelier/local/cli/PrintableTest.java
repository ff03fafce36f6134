package io.atelier.local.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void text_is_shown_as_it_is() {
        assertThat(Printable.bytes("{\"prompt\": \"ein Stern ★\",\n\"id\": 1}".getBytes(UTF_8)))
                .isEqualTo("{\"prompt\": \"ein Stern ★\",\n\"id\": 1}");
    }

    @Test
    void what_a_terminal_would_obey_is_spelled_out() {
        assertThat(Printable.bytes("\u001b[2J\u0007red".getBytes(UTF_8))).isEqualTo("\\u001b[2J\\u0007red");
        assertThat(Printable.line("two\nlines")).isEqualTo("two\\u000alines");
    }

    @Test
    void bytes_that_are_no_text_are_digits() {
        assertThat(Printable.bytes(new byte[] {'{', (byte) 0xff, 0})).isEqualTo("0x7bff00");
    }

    @Test
    void a_long_line_is_cut() {
        assertThat(Printable.shortLine("x".repeat(11), 10)).isEqualTo("x".repeat(9) + "…");
        assertThat(Printable.shortLine("x".repeat(10), 10)).isEqualTo("x".repeat(10));
    }
}
