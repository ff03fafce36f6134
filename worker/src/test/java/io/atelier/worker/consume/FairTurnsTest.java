package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairTurnsTest {
    private static final List<String> TOPICS = List.of("high", "normal", "low");
    private static final Set<String> ALL = Set.copyOf(TOPICS);

    private final FairTurns turns = new FairTurns(TOPICS, 0.1);

    @Test
    void one_of_ten_jobs_is_a_low_one_while_low_has_work() {
        List<String> taken = take(turns, 100, Set.of("normal", "low"));

        for (int ten = 0; ten < 100; ten += 10) {
            assertThat(taken.subList(ten, ten + 10)).containsOnlyOnce("low");
        }
    }

    @Test
    void normal_and_low_keep_a_tenth_each_of_a_flood_of_high() {
        List<String> taken = take(turns, 1001, ALL);

        assertThat(Collections.frequency(taken, "high")).isEqualTo(801);
        assertThat(Collections.frequency(taken, "normal")).isEqualTo(100);
        assertThat(Collections.frequency(taken, "low")).isEqualTo(100);
        assertThat(taken.subList(0, 9))
                .as("before anybody has waited for ten jobs")
                .containsOnly("high");
    }

    @Test
    void of_two_that_have_waited_as_long_the_more_urgent_goes_first() {
        assertThat(take(turns, 11, ALL).subList(9, 11)).containsExactly("normal", "low");
    }

    @Test
    void low_gets_everything_when_nothing_else_waits_and_owes_nothing_for_it_later() {
        take(turns, 50, Set.of("low"));

        assertThat(take(turns, 10, Set.of("normal", "low"))).endsWith("low").containsOnlyOnce("low");
    }

    @Test
    void an_idle_topic_is_asked_out_of_turn_once_in_ten_jobs_and_saves_nothing_up() {
        int outOfTurn = 0;
        for (int job = 0; job < 100; job++) {
            outOfTurn += turns.order().get(0).equals("high") ? 0 : 1;
            takeOne(turns, Set.of("high"));
        }
        assertThat(outOfTurn)
                .as("times that normal or low was asked before high")
                .isBetween(10, 20);

        assertThat(Collections.frequency(take(turns, 10, ALL), "low")).isLessThanOrEqualTo(1);
    }

    @Test
    void a_share_of_nothing_lets_low_wait_for_ever() {
        assertThat(take(new FairTurns(TOPICS, 0), 1000, Set.of("high", "low"))).containsOnly("high");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.07, 0.25, 0.3})
    void every_share_is_kept_in_the_long_run(double share) {
        List<String> taken = take(new FairTurns(TOPICS, share), 10_000, ALL);

        for (String topic : List.of("normal", "low")) {
            assertThat(Collections.frequency(taken, topic) / 10_000.0).isCloseTo(share, within(0.0002));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 0.31, Double.NaN})
    void a_share_that_would_turn_the_order_round_is_refused(double share) {
        assertThatThrownBy(() -> new FairTurns(TOPICS, share)).hasMessageContaining("0 to 0.3");
    }

    private static List<String> take(FairTurns turns, int jobs, Set<String> waiting) {
        List<String> taken = new ArrayList<>();
        IntStream.range(0, jobs).forEach(i -> taken.add(takeOne(turns, waiting)));
        return taken;
    }

    /** Asks as the intake does, topics that always have work. */
    private static String takeOne(FairTurns turns, Set<String> waiting) {
        for (String topic : turns.order()) {
            if (waiting.contains(topic)) {
                turns.took(topic);
                return topic;
            }
            turns.foundEmpty(topic);
        }
        throw new AssertionError("Nothing waits");
    }
}
