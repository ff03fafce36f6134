package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.sdxl.Cancellation;
import io.atelier.worker.storage.ResultStore;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class JobHandlerTest {
    private static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");
    private static final String REQUEST = "{\"input\":{\"prompt\":\"a red circle\"},\"metadata\":{\"order\":\"A-17\"}}";

    private final FakeWorld world = new FakeWorld();
    private final List<Generation> ended = new ArrayList<>();
    private final JobHandler handler = new JobHandler(
            new MessageCodec(new Topics("atelier."), URI.create("/test")),
            new RequestParser(RequestLimits.DEFAULT),
            world,
            new ResultStore(world, Map.of("default", "generations", "customer", "customer-bucket")),
            world,
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
            new RetryPolicy(3, Duration.ofSeconds(1)),
            "worker-0",
            Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void stores_the_pictures_then_the_manifest_then_tells() {
        assertThat(handle("job-1", REQUEST, 1)).isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary)
                .containsExactly(
                        "event STARTED",
                        "draw",
                        "progress 1",
                        "put generations/job-1/0.png",
                        "put generations/job-1/manifest.json",
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

        assertThat(world.diary).contains("put customer-bucket/shop/job-1/0.jpg", "put generations/job-1/manifest.json");
        OutputImage image = world.published.get(1).output().get(0);
        assertThat(image.contentType()).isEqualTo("image/jpeg");
        assertThat(image.url()).endsWith("?seconds=60");
    }

    @Test
    void a_wrong_request_fails_at_once_and_is_set_aside() {
        assertThat(handle("job-1", "{\"input\":{\"prompt\":\"x\",\"width\":100}}", 1))
                .isEqualTo(new JobOutcome.Finished());

        assertThat(world.diary).containsExactly("event FAILED", "dead letter invalid_request");
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
    void another_model_than_the_workers_is_refused() {
        handle("job-1", "{\"model\":\"other\",\"input\":{\"prompt\":\"x\"}}", 1);

        assertThat(world.diary).containsExactly("event FAILED", "dead letter unknown_model");
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

        assertThat(world.diary).containsExactly("event FAILED", "dead letter attempts_exhausted");
    }

    @Test
    void a_fault_of_the_worker_itself_is_retried_like_any_other() {
        world.whileDrawing = () -> {
            throw new IllegalStateException("a bug");
        };

        assertThat(handle("job-1", REQUEST, 1)).isInstanceOf(JobOutcome.Retry.class);
    }

    @Test
    void nothing_is_committed_when_the_store_is_away() {
        world.whileDrawing = () -> world.storageDown = true;

        assertThat(handle("job-1", REQUEST, 1)).isInstanceOf(JobOutcome.Retry.class);

        assertThat(world.objects).isEmpty();
        assertThat(world.diary).doesNotContain("event SUCCEEDED");
    }

    @Test
    void a_picture_whose_end_could_not_be_told_is_told_at_the_next_delivery_without_drawing() {
        world.whileDrawing = () -> world.brokerDown = true;
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
    void a_job_cancelled_while_it_is_drawn_publishes_nothing() {
        world.whileDrawing = () -> {
            throw new CancellationException();
        };

        assertThat(handle("job-1", REQUEST, 1)).isEqualTo(new JobOutcome.Abandoned());
        assertThat(world.diary).containsExactly("event STARTED", "draw", "progress 1");
    }

    @Test
    void a_job_that_lost_its_lock_at_the_very_end_does_not_commit() {
        Cancellation cancellation = new Cancellation();
        world.whileDrawing = cancellation::cancel;

        JobOutcome outcome = handler.handle(delivery("job-1", REQUEST, 1), cancellation);

        assertThat(outcome).isEqualTo(new JobOutcome.Abandoned());
        assertThat(world.diary).noneMatch(line -> line.contains("manifest")).doesNotContain("event SUCCEEDED");
    }

    @Test
    void a_generation_that_another_worker_finished_meanwhile_keeps_the_end_that_it_has() {
        world.whileDrawing = () -> {
            world.whileDrawing = () -> {};
            handle("job-1", REQUEST, 2);
        };

        assertThat(handle("job-1", REQUEST, 1)).isEqualTo(new JobOutcome.Finished());

        List<Generation> ends =
                world.published.stream().filter(g -> g.status().terminal()).toList();
        assertThat(ends).hasSize(2).extracting(Generation::attempt).containsOnly(2);
        assertThat(world.diary.stream().filter(line -> line.contains("manifest")))
                .hasSize(1);
    }

    private static Runnable fail(ErrorCode code) {
        return () -> {
            throw new GenerationException(code, "by order of the test");
        };
    }

    private JobOutcome handle(String key, String json, int attempt) {
        return handler.handle(delivery(key, json, attempt), new Cancellation());
    }

    private static Delivery delivery(String key, String json, int attempt) {
        return new Delivery(
                new ConsumerRecord<>(
                        "atelier.generation.requests",
                        0,
                        5,
                        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                        json.getBytes(StandardCharsets.UTF_8)),
                attempt);
    }
}
