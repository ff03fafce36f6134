package io.atelier.gateway.jobs;

import static io.atelier.gateway.jobs.Samples.canceled;
import static io.atelier.gateway.jobs.Samples.expired;
import static io.atelier.gateway.jobs.Samples.failed;
import static io.atelier.gateway.jobs.Samples.progressed;
import static io.atelier.gateway.jobs.Samples.queued;
import static io.atelier.gateway.jobs.Samples.started;
import static io.atelier.gateway.jobs.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProjectionTest {
    private static final String ID = "job";

    @Test
    void a_terminal_status_never_changes_again() {
        Generation first = succeeded(ID, 1);

        assertThat(Projection.later(first, failed(ID, 2))).isSameAs(first);
        assertThat(Projection.later(first, started(ID, 2))).isSameAs(first);
        assertThat(Projection.later(first, succeeded(ID, 1))).isSameAs(first);
    }

    @Test
    void canceled_and_expired_never_change_again_either() {
        for (Generation end : List.of(canceled(ID, 0), expired(ID, 0))) {
            assertThat(Projection.later(queued(ID), end)).isSameAs(end);
            assertThat(Projection.later(end, started(ID, 2))).isSameAs(end);
            assertThat(Projection.later(end, succeeded(ID, 2))).isSameAs(end);
            assertThat(Projection.later(end, failed(ID, 2))).isSameAs(end);
        }
    }

    @Test
    void a_terminal_status_wins_even_from_an_earlier_attempt() {
        for (Generation end : List.of(succeeded(ID, 1), canceled(ID, 1), expired(ID, 1))) {
            assertThat(Projection.later(started(ID, 2), end)).isSameAs(end);
        }
    }

    /** What lies in the dead letter queue can be sent again and goes on counting its attempts. */
    @Test
    void failed_gives_way_to_a_higher_attempt_and_to_nothing_else() {
        Generation end = failed(ID, 5);
        for (Generation again : List.of(
                started(ID, 6), succeeded(ID, 6), failed(ID, 6), canceled(ID, 6), progressed(ID, 6, "base", 1))) {
            assertThat(Projection.later(end, again)).isSameAs(again);
        }
        for (Generation old : List.of(queued(ID), started(ID, 5), succeeded(ID, 5), failed(ID, 5), canceled(ID, 4))) {
            assertThat(Projection.later(end, old)).isSameAs(end);
        }
    }

    @Test
    void failed_of_an_earlier_attempt_is_old_news() {
        Generation again = started(ID, 6);

        assertThat(Projection.later(again, failed(ID, 5))).isSameAs(again);
        assertThat(Projection.later(again, failed(ID, 6)).status()).isEqualTo(GenerationStatus.FAILED);
    }

    @Test
    void attempts_never_go_back() {
        Generation second = started(ID, 2);

        assertThat(Projection.later(second, started(ID, 1))).isSameAs(second);
        assertThat(Projection.later(started(ID, 1), second)).isSameAs(second);
    }

    @Test
    void queued_after_started_is_passed_over() {
        Generation started = started(ID, 1);

        assertThat(Projection.later(started, queued(ID))).isSameAs(started);
    }

    @Test
    void progress_goes_forward_only() {
        Generation ten = progressed(ID, 1, "base", 10);
        Generation refining = progressed(ID, 1, "refiner", 10);

        assertThat(Projection.later(started(ID, 1), ten)).isSameAs(ten);
        assertThat(Projection.later(ten, started(ID, 1))).isSameAs(ten);
        assertThat(Projection.later(ten, refining)).isSameAs(refining);
        assertThat(Projection.later(refining, ten)).isSameAs(refining);
        assertThat(Projection.later(refining, started(ID, 2)).progress()).isNull();
    }

    @Test
    void what_is_told_again_brings_nothing_new() {
        Generation known = progressed(ID, 1, "base", 10);

        assertThat(Projection.later(known, progressed(ID, 1, "base", 10))).isSameAs(known);
    }
}
