package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class JobHandlerTest extends JobHandlerFixture {
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
    void nothing_is_committed_when_the_store_is_away() {
        world.whileDrawing = cancellation -> world.storageDown = true;

        assertThat(handle("job-1", REQUEST, 1)).isInstanceOf(JobOutcome.Retry.class);

        assertThat(world.objects).isEmpty();
        assertThat(world.diary).doesNotContain("event SUCCEEDED");
    }

    @Test
    void a_generation_that_another_worker_finished_meanwhile_keeps_the_end_that_it_has() {
        world.whileStoring = () -> {
            world.whileStoring = () -> {};
            handler(Duration.ZERO).handle(delivery("job-1", REQUEST, 2), new JobControl(() -> {}));
        };

        assertThat(handle("job-1", REQUEST, 1)).isEqualTo(new JobOutcome.Finished());

        assertThat(ends()).hasSize(2).extracting(Generation::attempt).containsOnly(2);
    }
}
