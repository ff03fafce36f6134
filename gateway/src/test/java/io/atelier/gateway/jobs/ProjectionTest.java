package io.atelier.gateway.jobs;

import static io.atelier.gateway.jobs.Samples.failed;
import static io.atelier.gateway.jobs.Samples.progressed;
import static io.atelier.gateway.jobs.Samples.queued;
import static io.atelier.gateway.jobs.Samples.started;
import static io.atelier.gateway.jobs.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Generation;
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
    void a_terminal_status_wins_even_from_an_earlier_attempt() {
        Generation end = failed(ID, 1);

        assertThat(Projection.later(started(ID, 2), end)).isSameAs(end);
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
