package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationStatus;
import io.atelier.worker.consume.JobControl.Stop;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Jobs that are stopped before their end. */
class JobStopTest extends JobHandlerFixture {
    @Test
    void a_job_that_is_handed_back_while_it_is_drawn_publishes_nothing() {
        JobControl control = new JobControl(() -> {});
        world.whileDrawing = cancellation -> stopFromInside(control, Stop.HANDED_BACK, cancellation);

        assertThat(handler.handle(delivery("job-1", REQUEST, 1), control)).isEqualTo(new JobOutcome.Abandoned());
        assertThat(world.diary).containsExactly("event STARTED", "draw");
    }

    @Test
    void a_job_that_lost_its_lock_at_the_very_end_does_not_commit() {
        JobControl control = new JobControl(() -> {});
        world.whileStoring = () -> control.stop(Stop.LOST_LOCK);

        assertThat(handler.handle(delivery("job-1", REQUEST, 1), control)).isEqualTo(new JobOutcome.Abandoned());
        assertThat(world.diary).noneMatch(line -> line.contains("manifest")).doesNotContain("event SUCCEEDED");
    }

    @Test
    void a_queued_generation_that_is_cancelled_never_starts() {
        cancellations.cancel(new GenerationId("job-1"), NOW);

        assertThat(handle("job-1", REQUEST, 1)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary).containsExactly("commit generations/job-1/manifest.json", "event CANCELED");
        assertThat(ended).extracting(Generation::status).containsExactly(GenerationStatus.CANCELED);
    }

    @Test
    void a_running_generation_is_stopped_when_it_is_cancelled_and_stays_so() {
        world.whileDrawing = cancellation -> {
            cancellations.cancel(new GenerationId("job-1"), NOW);
            stopIfCancelled(cancellation);
        };

        handle("job-1", REQUEST, 1);
        handle("job-1", REQUEST, 2);

        assertThat(world.diary).containsOnlyOnce("draw").noneMatch(line -> line.startsWith("put"));
        assertThat(ends()).hasSize(2).allSatisfy(end -> {
            assertThat(end.status()).isEqualTo(GenerationStatus.CANCELED);
            assertThat(end.attempt()).isEqualTo(1);
        });
    }

    @Test
    void a_cancellation_that_comes_too_late_changes_nothing() {
        handle("job-1", REQUEST, 1);
        cancellations.cancel(new GenerationId("job-1"), NOW);

        handle("job-1", REQUEST, 2);

        assertThat(ends()).extracting(Generation::status).containsOnly(GenerationStatus.SUCCEEDED);
    }

    @Test
    void a_cancellation_counts_for_requests_before_it_only() {
        cancellations.cancel(new GenerationId("job-1"), Instant.EPOCH.minusSeconds(3600));

        handle("job-1", REQUEST, 1);

        assertThat(ends()).extracting(Generation::status).containsExactly(GenerationStatus.SUCCEEDED);
    }

    @Test
    void what_nobody_wants_any_more_is_not_drawn() {
        handle("job-1", "{\"input\":{\"prompt\":\"x\"},\"deadline\":\"2026-11-22T19:59:59Z\"}", 1);

        assertThat(world.diary).containsExactly("commit generations/job-1/manifest.json", "event EXPIRED");
        assertThat(ended).extracting(Generation::status).containsExactly(GenerationStatus.EXPIRED);
    }

    @Test
    void a_deadline_that_passes_while_drawing_stops_the_job() {
        JobControl control = new JobControl(() -> {});
        world.whileDrawing = cancellation -> {
            clock.pass(Duration.ofSeconds(11));
            control.checkDeadline(clock.instant());
            stopIfCancelled(cancellation);
        };
        String request = "{\"input\":{\"prompt\":\"x\"},\"deadline\":\"2026-11-22T20:00:10Z\"}";

        assertThat(handler.handle(delivery("job-1", request, 1), control)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary).endsWith("draw", "commit generations/job-1/manifest.json", "event EXPIRED");
    }
}
