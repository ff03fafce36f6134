package io.atelier.local.dlq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {
    private static final byte[] STAR = "{\"input\":{\"prompt\":\"a star\"}}".getBytes(UTF_8);
    private static final byte[] RING = "{\"input\":{\"prompt\":\"a ring\"}}".getBytes(UTF_8);

    private final DeadLetter first = Letters.letter(0, "a", STAR);
    private final DeadLetter other = Letters.letter(1, "b", STAR);
    private final DeadLetter again = Letters.letter(2, "a", STAR, "atelier_replay", "1");

    @Test
    void of_a_request_that_came_again_the_last_letter_is_meant() {
        assertThat(Selection.lastOfEach(List.of(first, other, again))).containsExactly(other, again);
    }

    @Test
    void another_request_under_the_same_id_is_another_letter() {
        DeadLetter conflict = Letters.letter(3, "a", RING);

        assertThat(Selection.lastOfEach(List.of(first, conflict))).containsExactly(first, conflict);
    }

    @Test
    void letters_without_an_id_are_never_the_same() {
        DeadLetter nameless = Letters.letter(4, null, STAR);
        DeadLetter twin = Letters.letter(5, null, STAR);

        assertThat(Selection.lastOfEach(List.of(nameless, twin))).containsExactly(nameless, twin);
    }

    @Test
    void offsets_say_exactly_which_each_once() {
        List<DeadLetter> all = List.of(first, other, again);

        assertThat(Selection.at(List.of("2", "0", "2"), all)).containsExactly(again, first);
        assertThatThrownBy(() -> Selection.at(List.of("0", "7"), all)).hasMessageContaining("no dead letter 7");
    }
}
