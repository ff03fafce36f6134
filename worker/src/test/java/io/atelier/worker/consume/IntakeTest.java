package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final FakeShareGroup group = new FakeShareGroup();
    private final Intake intake = new Intake(group, List.of("high", "normal", "low"), 0.1);

    @Test
    void the_most_urgent_topic_goes_first_whatever_waits_longer() {
        group.send("low", "1");
        group.send("normal", "1");
        group.send("high", "1");
        group.send("high", "2");

        assertThat(List.of(take(), take(), take(), take()))
                .extracting(Optional::get)
                .containsExactly("high", "high", "normal", "low");
        assertThat(take()).isEmpty();
    }

    @Test
    void when_nothing_waits_all_topics_are_waited_on_at_once() {
        assertThat(take()).isEmpty();

        assertThat(group.asked)
                .containsExactly(List.of("high"), List.of("normal"), List.of("low"), List.of("high", "normal", "low"));
    }

    @Test
    void nothing_more_is_asked_for_once_a_record_is_there() {
        group.send("high", "1");

        take();

        assertThat(group.asked).containsExactly(List.of("high"));
    }

    @Test
    void low_is_asked_first_when_its_turn_has_come() {
        for (int i = 0; i < 20; i++) {
            group.send("normal", "1");
            group.send("low", "1");
        }

        List<String> taken =
                IntStream.range(0, 20).mapToObj(i -> take().orElseThrow()).toList();

        assertThat(taken.indexOf("low")).isEqualTo(9);
        assertThat(taken.lastIndexOf("low")).isEqualTo(19);
        assertThat(Collections.frequency(taken, "low")).isEqualTo(2);
    }

    @Test
    void a_share_of_nothing_leaves_low_for_last() {
        Intake strict = new Intake(group, List.of("high", "normal", "low"), 0);
        group.send("low", "1");
        for (int i = 0; i < 20; i++) {
            group.send("normal", "1");
            assertThat(strict.next(PATIENCE).orElseThrow().record().topic()).isEqualTo("normal");
        }
    }

    private Optional<String> take() {
        return intake.next(PATIENCE).map(held -> held.record().topic());
    }
}
