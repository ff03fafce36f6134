package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.sdxl.Cancellation;
import io.atelier.worker.consume.JobControl.Stop;
import io.atelier.worker.storage.ResultStore;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobHandlerTest {
    private static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");
    private static final String REQUEST = "{\"input\":{\"prompt\":\"a red circle\"},\"metadata\":{\"order\":\"A-17\"}}";

    private final FakeWorld world = new FakeWorld();
    private final List<Generation> ended = new ArrayList<>();
    private final Lane lane = new Lane();
    private final Cancellations cancellations = new Cancellations();
    private final MovableClock clock = new MovableClock(NOW);
    private final JobHandler handler = handler(Duration.ZERO);

    private JobHandler handler(Duration patience) {
        return new JobHandler(
                new MessageCodec(new Topics("atelier."), URI.create("/test")),
                new RequestParser(RequestLimits.DEFAULT),
                world,
                lane,
                new ResultStore(world, Map.of("default", "generations", "customer", "customer-bucket")),
                world,
                cancellations,
                new JobObserver() {
                    @Override
                    public JobWatch taken(Delivery delivery, Generation read) {
                        return new JobWatch() {
                            @Override
                            public void ended(Generation generation) {
                                ended.add(generation);
                            }
                        };
                    }
                },
                new Fitness(3, Duration.ofSeconds(30), clock, reason -> {}),
                new RetryPolicy(3, Duration.ofSeconds(1), patience),
                "worker-0",
                clock);
    }

    @AfterEach
    void close() throws InterruptedException {
        lane.close();
    }

    @Test
    void stores_the_pictures_then_the_manifest_then_tells() {
        assertThat(handle("job-1", REQUEST, 1)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary)
                .containsExactly(
                        "event STARTED",
                        "draw",
                        "progress 1",
                        "put generations/job-1/0.png",
                        "commit generations/job-1/manifest.json",
                        "event SUCCEEDED");
        Generation succeeded = world.published.get(1);
        assertThat(succeeded.status()).isEqualTo(GenerationStatus.SUCCEEDED);
        assertThat(succeeded.metadata()).containsEntry("order", "A-17");
        assertThat(succeeded.warnings()).containsExactly("a warning");
        assertThat(succeeded.worker()).isEqualTo("worker-0");
        assertThat(succeeded.output())
                .extracting(OutputImage::url)
                .containsExactly("https://store/generations/job-1/0.png?seconds=3600");
        assertThat(succeeded.timings().baseMs()).isEqualTo(5);
        assertThat(ended).containsExactly(succeeded);
    }

    @Test
    void a_finished_generation_is_told_again_and_not_drawn_again() {
        handle("job-1", REQUEST, 1);
        Generation first = world.published.get(1);
        world.diary.clear();

        assertThat(handle("job-1", REQUEST, 2)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary).containsExactly("event SUCCEEDED");
        assertThat(world.published.get(2)).isEqualTo(first);
    }

    @Test
    void output_settings_choose_bucket_folder_format_and_validity() {
        handle(
                "job-1",
                "{\"input\":{\"prompt\":\"x\"},\"output\":{\"bucket\":\"customer\",\"key_prefix\":\"shop/\","
                        + "\"format\":\"jpeg\",\"presign_seconds\":60}}",
                1);

        assertThat(world.diary)
                .contains("put customer-bucket/shop/job-1/0.jpg", "commit generations/job-1/manifest.json");
        OutputImage image = world.published.get(1).output().get(0);
        assertThat(image.contentType()).isEqualTo("image/jpeg");
        assertThat(image.url()).endsWith("?seconds=60");
    }

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
    void nothing_is_committed_when_the_store_is_away() {
        world.whileDrawing = cancellation -> world.storageDown = true;

        assertThat(handle("job-1", REQUEST, 1)).isInstanceOf(JobOutcome.Retry.class);

        assertThat(world.objects).isEmpty();
        assertThat(world.diary).doesNotContain("event SUCCEEDED");
    }

    @Test
    void a_picture_whose_end_could_not_be_told_is_told_at_the_next_delivery_without_drawing() {
        world.whileDrawing = cancellation -> world.brokerDown = true;
        assertThat(handle("job-1", REQUEST, 1)).isInstanceOf(JobOutcome.Retry.class);
        world.brokerDown = false;
        world.diary.clear();

        assertThat(handle("job-1", REQUEST, 2)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary).containsExactly("event SUCCEEDED");
        assertThat(world.published.get(1).attempt()).isEqualTo(1);
    }

    @Test
    void a_failure_that_cannot_be_told_stays_with_kafka() {
        world.brokerDown = true;

        assertThat(handle("job-1", "{\"input\":{}}", 1)).isInstanceOf(JobOutcome.Retry.class);
        assertThat(ended).isEmpty();
    }

    @Test
    void a_store_that_is_away_for_a_while_costs_no_second_drawing() {
        world.whileDrawing = cancellation -> world.storageDown = true;
        JobControl control = new JobControl(() -> {
            // The lane is free again: drawn, and nothing stored yet.
        });
        CompletableFuture<JobOutcome> outcome = CompletableFuture.supplyAsync(
                () -> handler(Duration.ofMinutes(1)).handle(delivery("job-1", REQUEST, 1), control));
        await().until(() -> world.refused >= 2);

        world.storageDown = false;

        assertThat(outcome.join()).isEqualTo(new JobOutcome.Finished());
        assertThat(world.diary).containsOnlyOnce("draw").endsWith("event SUCCEEDED");
    }

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
    void a_generation_that_another_worker_finished_meanwhile_keeps_the_end_that_it_has() {
        world.whileStoring = () -> {
            world.whileStoring = () -> {};
            handle("job-1", REQUEST, 2);
        };

        assertThat(handle("job-1", REQUEST, 1)).isEqualTo(new JobOutcome.Finished());

        assertThat(ends()).hasSize(2).extracting(Generation::attempt).containsOnly(2);
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

    private List<Generation> ends() {
        return world.published.stream().filter(g -> g.status().terminal()).toList();
    }

    private static void stopFromInside(JobControl control, Stop reason, Cancellation cancellation) {
        control.stop(reason);
        stopIfCancelled(cancellation);
    }

    private static void stopIfCancelled(Cancellation cancellation) {
        if (cancellation.isCancelled()) {
            throw new CancellationException();
        }
    }

    private static Consumer<Cancellation> fail(ErrorCode code) {
        return cancellation -> {
            throw new GenerationException(code, "by order of the test");
        };
    }

    private JobOutcome handle(String key, String json, int attempt) {
        return handler.handle(delivery(key, json, attempt), new JobControl(() -> {}));
    }

    private static Delivery delivery(String key, String json, int attempt) {
        return new Delivery(
                new ConsumerRecord<>(
                        "atelier.generation.requests",
                        0,
                        5,
                        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                        json.getBytes(StandardCharsets.UTF_8)),
                attempt,
                0,
                0);
    }
}
