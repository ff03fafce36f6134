package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.worker.consume.JobControl.Stop;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Requests that bear the same id. */
class SameIdTest extends JobHandlerFixture {
    @Test
    void the_same_id_with_another_request_is_refused_and_the_first_one_keeps_its_end() {
        handle("job-1", REQUEST, 1);
        world.diary.clear();

        assertThat(handle("job-1", "{\"input\":{\"prompt\":\"a blue star\"}}", 1))
                .isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary).containsExactly("dead letter conflict");
    }

    @Test
    void another_spelling_of_the_same_request_is_the_same_request() {
        handle("job-1", REQUEST, 1);
        world.diary.clear();

        handle(
                "job-1",
                "{ \"metadata\": {\"order\":\"A-17\"}, \"priority\": \"high\", \"seed\": null,"
                        + " \"input\": {\"prompt\": \"a red circle\", \"seed\": null}}",
                1);

        assertThat(world.diary).containsExactly("event SUCCEEDED");
    }

    @Test
    void the_same_request_again_waits_for_the_first_and_is_answered_with_its_end() {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        world.whileDrawing = cancellation -> goOn.join();
        CompletableFuture<JobOutcome> first = inBackground(REQUEST, new JobControl(() -> {}));
        await().until(() -> world.diary.contains("draw"));
        CompletableFuture<JobOutcome> second = inBackground(REQUEST, new JobControl(() -> {}));
        goOn.complete(null);

        assertThat(first.join()).isEqualTo(new JobOutcome.Finished());
        assertThat(second.join()).isEqualTo(new JobOutcome.Finished());
        assertThat(world.diary).containsOnlyOnce("draw");
        assertThat(ends()).hasSize(2);
        assertThat(ends().get(1)).isEqualTo(ends().get(0));
    }

    @Test
    void another_request_at_the_same_time_is_refused_before_it_draws() {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        world.whileDrawing = cancellation -> goOn.join();
        CompletableFuture<JobOutcome> first = inBackground(REQUEST, new JobControl(() -> {}));
        await().until(() -> world.diary.contains("draw"));
        CompletableFuture<JobOutcome> second =
                inBackground("{\"input\":{\"prompt\":\"a blue star\"}}", new JobControl(() -> {}));
        goOn.complete(null);

        assertThat(first.join()).isEqualTo(new JobOutcome.Finished());
        assertThat(second.join()).isEqualTo(new JobOutcome.Finished());
        assertThat(world.diary).containsOnlyOnce("draw").endsWith("dead letter conflict");
        assertThat(ends()).hasSize(1);
    }

    @Test
    void what_waits_for_another_job_of_its_id_can_be_handed_back() {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        world.whileDrawing = cancellation -> goOn.join();
        CompletableFuture<JobOutcome> first = inBackground(REQUEST, new JobControl(() -> {}));
        await().until(() -> world.diary.contains("draw"));
        JobControl control = new JobControl(() -> {});
        CompletableFuture<JobOutcome> second = inBackground(REQUEST, control);

        control.stop(Stop.HANDED_BACK);

        assertThat(second.join()).isEqualTo(new JobOutcome.Abandoned());
        goOn.complete(null);
        assertThat(first.join()).isEqualTo(new JobOutcome.Finished());
    }

    @Test
    void the_next_one_draws_when_the_first_came_to_no_end() {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        world.whileDrawing = cancellation -> {
            goOn.join();
            world.whileDrawing = any -> {};
            throw new GenerationException(ErrorCode.OUT_OF_MEMORY, "by order of the test");
        };
        CompletableFuture<JobOutcome> first = inBackground(REQUEST, new JobControl(() -> {}));
        await().until(() -> world.diary.contains("draw"));
        CompletableFuture<JobOutcome> second = inBackground(REQUEST, new JobControl(() -> {}));
        goOn.complete(null);

        assertThat(first.join()).isInstanceOf(JobOutcome.Retry.class);
        assertThat(second.join()).isEqualTo(new JobOutcome.Finished());
        assertThat(ends()).extracting(Generation::status).containsExactly(GenerationStatus.SUCCEEDED);
    }

    private CompletableFuture<JobOutcome> inBackground(String request, JobControl control) {
        return CompletableFuture.supplyAsync(() -> handler.handle(delivery("job-1", request, 1), control));
    }
}
