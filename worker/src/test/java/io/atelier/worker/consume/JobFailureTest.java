package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;

/** Jobs that cannot be done, or not now. */
class JobFailureTest extends JobHandlerFixture {
    @Test
    void a_wrong_request_fails_at_once_and_is_set_aside() {
        assertThat(handle("job-1", "{\"input\":{\"prompt\":\"x\",\"width\":100}}", 1))
                .isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary)
                .containsExactly(
                        "commit generations/job-1/manifest.json", "event FAILED", "dead letter invalid_request");
        Generation failed = world.published.get(0);
        assertThat(failed.error().details()).extracting(d -> d.field()).containsExactly("input.width");
        assertThat(failed.completedAt()).isEqualTo(NOW);
        assertThat(ended).containsExactly(failed);
    }

    @Test
    void a_record_without_any_id_is_only_set_aside() {
        assertThat(handle(null, "noise", 1)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary).containsExactly("dead letter malformed_message");
    }

    @Test
    void a_record_on_which_our_own_reading_fails_is_set_aside_in_the_end() {
        ConsumerRecord<byte[], byte[]> treacherous =
                new ConsumerRecord<>("atelier.generation.requests", 0, 5, null, new byte[0]) {
                    @Override
                    public Headers headers() {
                        throw new IllegalStateException("a fault of ours");
                    }
                };

        assertThat(handler.handle(new Delivery(treacherous, 1, 0, 0), new JobControl(() -> {})))
                .isInstanceOf(JobOutcome.Retry.class);
        assertThat(handler.handle(new Delivery(treacherous, 3, 0, 0), new JobControl(() -> {})))
                .isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary).containsExactly("dead letter attempts_exhausted");
    }

    @Test
    void another_model_than_the_workers_is_refused() {
        handle("job-1", "{\"model\":\"other\",\"input\":{\"prompt\":\"x\"}}", 1);

        assertThat(world.diary)
                .endsWith("event FAILED", "dead letter unknown_model")
                .doesNotContain("draw");
        assertThat(world.published.get(0).error().message()).contains("other").contains("fake");
    }

    @Test
    void a_failure_that_may_pass_is_released_after_a_growing_wait() {
        world.whileDrawing = fail(ErrorCode.OUT_OF_MEMORY);

        assertThat(handle("job-1", REQUEST, 1)).isEqualTo(new JobOutcome.Retry(Duration.ofSeconds(1)));
        assertThat(handle("job-1", REQUEST, 2)).isEqualTo(new JobOutcome.Retry(Duration.ofSeconds(2)));
        assertThat(ended).isEmpty();
    }

    @Test
    void the_last_attempt_that_fails_is_the_end() {
        world.whileDrawing = fail(ErrorCode.OUT_OF_MEMORY);

        assertThat(handle("job-1", REQUEST, 3)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.published.get(1).error().code()).isEqualTo(ErrorCode.ATTEMPTS_EXHAUSTED);
        assertThat(world.published.get(1).error().message()).contains("out_of_memory");
    }

    @Test
    void a_record_that_came_too_often_is_not_drawn_any_more() {
        assertThat(handle("job-1", REQUEST, 4)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary)
                .endsWith("event FAILED", "dead letter attempts_exhausted")
                .doesNotContain("draw");
    }

    @Test
    void a_fault_of_the_worker_itself_is_retried_like_any_other() {
        world.whileDrawing = cancellation -> {
            throw new IllegalStateException("a bug");
        };

        assertThat(handle("job-1", REQUEST, 1)).isInstanceOf(JobOutcome.Retry.class);
    }

    @Test
    void a_failure_that_cannot_be_told_stays_with_kafka() {
        world.brokerDown = true;

        assertThat(handle("job-1", "{\"input\":{}}", 1)).isInstanceOf(JobOutcome.Retry.class);
        assertThat(ended).isEmpty();
    }

    @Test
    void a_failure_is_final_too_and_told_again_as_it_was() {
        handle("job-1", "{\"input\":{}}", 1);
        handle("job-1", "{\"input\":{}}", 2);

        assertThat(ends()).hasSize(2);
        assertThat(ends().get(1)).isEqualTo(ends().get(0));
        assertThat(world.diary.stream().filter("dead letter invalid_request"::equals))
                .hasSize(2);
    }

    @Test
    void a_request_that_was_put_back_from_the_dead_letters_is_drawn_and_counts_on() {
        world.whileDrawing = fail(ErrorCode.OUT_OF_MEMORY);
        handle("job-1", REQUEST, 3);
        world.whileDrawing = cancellation -> {};

        Delivery replayed = new Delivery(delivery("job-1", REQUEST, 1).record(), 1, 1, 3);
        assertThat(handler.handle(replayed, new JobControl(() -> {}))).isEqualTo(new JobOutcome.Finished());

        assertThat(ends())
                .extracting(Generation::status)
                .containsExactly(GenerationStatus.FAILED, GenerationStatus.SUCCEEDED);
        assertThat(ends().get(1).attempt()).isEqualTo(4);
        handle("job-1", REQUEST, 4);
        assertThat(ends().get(2)).as("from now on").isEqualTo(ends().get(1));
    }

    @Test
    void a_finished_generation_is_not_drawn_again_by_a_replay() {
        handle("job-1", REQUEST, 1);
        Delivery replayed = new Delivery(delivery("job-1", REQUEST, 1).record(), 1, 1, 1);

        handler.handle(replayed, new JobControl(() -> {}));

        assertThat(world.diary).containsOnlyOnce("draw");
        assertThat(ends()).extracting(Generation::attempt).containsOnly(1);
    }

    @Test
    void a_failure_that_cannot_be_committed_is_told_before_the_broker_drops_the_record() {
        world.storageDown = true;

        assertThat(handle("job-1", REQUEST, 3)).isInstanceOf(JobOutcome.Retry.class);
        assertThat(handle("job-1", REQUEST, 4)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary).containsExactly("event FAILED", "dead letter attempts_exhausted");
    }

    @Test
    void a_wrong_request_under_an_id_that_has_ended_changes_nothing() {
        handle("job-1", REQUEST, 1);
        world.diary.clear();

        assertThat(handle("job-1", "{\"input\":{}}", 1)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary).containsExactly("commit generations/job-1/manifest.json", "dead letter conflict");
    }

    @Test
    void what_is_no_request_leaves_the_lane_at_once() {
        List<Integer> doneByThen = new ArrayList<>();
        JobControl control = new JobControl(() -> doneByThen.add(world.diary.size()));

        handler.handle(delivery("job-1", "noise", 1), control);

        assertThat(doneByThen).startsWith(0);
    }
}
