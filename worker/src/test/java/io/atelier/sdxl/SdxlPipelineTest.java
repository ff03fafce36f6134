package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.scheduler.SigmaSchedule;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SdxlPipelineTest {
    private static final GenerationParameters QUICK = GenerationParameters.builder("a red circle")
            .numInferenceSteps(5)
            .size(64, 64)
            .seed(3)
            .refinement(Refinement.none())
            .build();

    private final SdxlPipeline pipeline = TinySdxl.pipeline();

    @Test
    void the_model_says_what_it_is() {
        ModelDescription model = pipeline.model();
        assertThat(model.pipelineClass()).isEqualTo("StableDiffusionXLPipeline");
        assertThat(model.nativeSize()).isEqualTo(new ImageSize(128, 128));
        assertThat(model.hasRefiner()).isTrue();
        assertThat(model.schedulers()).contains("euler");
        assertThat(model.digest()).matches("sha256:[0-9a-f]{64}");
    }

    @Test
    void each_picture_of_several_is_the_one_that_its_seed_gives_alone() {
        GeneratedImages together = pipeline.generate(
                QUICK.toBuilder()
                        .numImages(2)
                        .refinement(Refinement.ensemble(0.5))
                        .build(),
                StepListener.NONE);
        GeneratedImages alone = pipeline.generate(
                QUICK.toBuilder().seed(4).refinement(Refinement.ensemble(0.5)).build(), StepListener.NONE);
        assertThat(together.seeds()).containsExactly(3L, 4L);
        assertThat(together.images().get(1).rgb())
                .isEqualTo(alone.images().get(0).rgb());
        assertThat(together.images().get(0).rgb())
                .isNotEqualTo(together.images().get(1).rgb());
    }

    @Test
    void pictures_that_are_denoised_together_are_those_that_their_seeds_give_alone() {
        GenerationParameters three = QUICK.toBuilder()
                .numImages(3)
                .negativePrompt("a blue star")
                .refinement(Refinement.ensemble(0.5))
                .build();
        try (SdxlPipeline batching = SdxlPipeline.load(
                TinySdxl.base(),
                Optional.of(TinySdxl.refiner()),
                TinySdxl.settings().withMaxBatch(2))) {
            List<Integer> steps = new ArrayList<>();
            GeneratedImages together = batching.generate(three, (stage, step, expected, elapsed) -> steps.add(step));
            GeneratedImages apart = pipeline.generate(three, StepListener.NONE);
            assertThat(together.seeds()).isEqualTo(apart.seeds()).containsExactly(3L, 4L, 5L);
            for (int i = 0; i < 3; i++) {
                // Sums over rows of a batch may be taken in another order.
                assertThat(PictureDifference.between(
                                        together.images().get(i), apart.images().get(i))
                                .largest())
                        .isLessThanOrEqualTo(1);
            }
            assertThat(PictureDifference.between(
                                    apart.images().get(0), apart.images().get(1))
                            .largest())
                    .isGreaterThan(10);
            assertThat(steps).startsWith(0, 2, 4).endsWith(14, 15, 15);
        }
    }

    @Test
    void without_guidance_a_batch_has_one_row_for_each_picture() {
        GenerationParameters two =
                QUICK.toBuilder().numImages(2).guidanceScale(1).build();
        try (SdxlPipeline batching = SdxlPipeline.load(
                TinySdxl.base(), Optional.empty(), TinySdxl.settings().withMaxBatch(2))) {
            List<RgbImage> together = batching.generate(two, StepListener.NONE).images();
            List<RgbImage> apart = pipeline.generate(two, StepListener.NONE).images();
            for (int i = 0; i < 2; i++) {
                assertThat(PictureDifference.between(together.get(i), apart.get(i))
                                .largest())
                        .isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void the_same_request_gives_the_same_bytes() {
        assertThat(pipeline.generate(QUICK, StepListener.NONE).images().get(0).rgb())
                .isEqualTo(pipeline.generate(QUICK, StepListener.NONE)
                        .images()
                        .get(0)
                        .rgb());
    }

    @Test
    void without_a_size_the_native_one_is_drawn() {
        GenerationParameters parameters = GenerationParameters.builder("a red circle")
                .numInferenceSteps(1)
                .build();
        RgbImage image =
                pipeline.generate(parameters, StepListener.NONE).images().get(0);
        assertThat(image.width()).isEqualTo(128);
        assertThat(image.height()).isEqualTo(128);
    }

    @Test
    void steps_are_counted_over_base_and_refiner_together() {
        List<String> heard = new ArrayList<>();
        StepListener listener = (stage, step, steps, elapsed) -> heard.add(stage + " " + step + "/" + steps);
        pipeline.generate(QUICK.toBuilder().refinement(Refinement.ensemble(0.6)).build(), listener);
        assertThat(heard)
                .containsExactly(
                        "ENCODE_PROMPT 0/5",
                        "BASE 1/5",
                        "BASE 2/5",
                        "BASE 3/5",
                        "REFINER 4/5",
                        "REFINER 5/5",
                        "VAE 5/5");
    }

    @Test
    void thirty_steps_switched_at_four_fifths_are_23_and_7() {
        AtomicInteger base = new AtomicInteger();
        AtomicInteger refiner = new AtomicInteger();
        StepListener listener = (stage, step, steps, elapsed) -> {
            if (stage == Stage.BASE) {
                base.incrementAndGet();
            } else if (stage == Stage.REFINER) {
                refiner.incrementAndGet();
            }
        };
        pipeline.generate(
                QUICK.toBuilder()
                        .numInferenceSteps(30)
                        .refinement(Refinement.ensemble(0.8))
                        .build(),
                listener);
        assertThat(base).hasValue(23);
        assertThat(refiner).hasValue(7);
    }

    @Test
    void every_stage_that_ran_has_its_time() {
        StageTimings timings = pipeline.generate(QUICK, StepListener.NONE).timings();
        assertThat(timings.encodePrompt()).isPositive();
        assertThat(timings.base()).isPositive();
        assertThat(timings.refiner()).isEqualTo(Duration.ZERO);
        assertThat(timings.vae()).isPositive();
        assertThat(timings.total()).isGreaterThan(timings.base());
    }

    @Test
    void a_prompt_that_is_too_long_is_drawn_with_a_warning() {
        GenerationParameters parameters = QUICK.toBuilder()
                .prompt("a red circle, ".repeat(40))
                .refinement(Refinement.ensemble(0.5))
                .build();
        assertThat(pipeline.generate(parameters, StepListener.NONE).warnings())
                .singleElement()
                .asString()
                .startsWith("The prompt is longer than 77 tokens");
    }

    @Test
    void a_listener_can_stop_between_steps() {
        AtomicInteger heard = new AtomicInteger();
        StepListener listener = new StepListener() {
            @Override
            public void onStep(Stage stage, int step, int steps, Duration elapsed) {
                heard.set(step);
            }

            @Override
            public boolean isCancelled() {
                return heard.get() == 2;
            }
        };
        assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> pipeline.generate(QUICK, listener));
        assertThat(heard).hasValue(2);
    }

    @Test
    void a_cancellation_stops_the_generation_and_the_next_one_is_unharmed() {
        Cancellation cancellation = new Cancellation();
        StepListener listener = (stage, step, steps, elapsed) -> {
            if (step == 1) {
                cancellation.cancel();
            }
        };
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> pipeline.generate(QUICK, listener, cancellation));
        assertThat(pipeline.generate(QUICK, StepListener.NONE).images()).hasSize(1);
    }

    @Test
    @Timeout(300)
    void a_step_that_would_take_hours_ends_at_once_when_cancelled(@TempDir Path temp) throws Exception {
        Path base = TinySdxl.copy(TinySdxl.base(), temp.resolve("base"));
        Files.delete(base.resolve("unet/model.onnx"));
        try (InputStream graph = SdxlPipelineTest.class.getResourceAsStream("/graphs/slow-unet.onnx")) {
            Files.copy(graph, base.resolve("unet/model.onnx"));
        }
        Cancellation cancellation = new Cancellation();
        AtomicLong cancelled = new AtomicLong();
        Thread drawing = Thread.currentThread();
        StepListener encoded = (stage, step, steps, elapsed) -> CompletableFuture.runAsync(() -> {
            while (!isInTheRuntime(drawing)) {
                Thread.onSpinWait();
            }
            cancelled.set(System.nanoTime());
            cancellation.cancel();
        });
        try (SdxlPipeline slow = SdxlPipeline.load(base, Optional.empty(), TinySdxl.settings())) {
            assertThatExceptionOfType(CancellationException.class)
                    .isThrownBy(() -> slow.generate(QUICK, encoded, cancellation))
                    .withMessageContaining("while running");
            assertThat(Duration.ofNanos(System.nanoTime() - cancelled.get())).isLessThan(Duration.ofSeconds(10));
        }
    }

    /** After the prompt is encoded that means: in a step. */
    private static boolean isInTheRuntime(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0
                && stack[0].isNativeMethod()
                && stack[0].getClassName().endsWith(".OrtSession");
    }

    @Test
    void what_was_cancelled_before_it_began_draws_nothing() {
        Cancellation cancellation = new Cancellation();
        cancellation.cancel();
        List<Stage> heard = new ArrayList<>();
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() ->
                        pipeline.generate(QUICK, (stage, step, steps, elapsed) -> heard.add(stage), cancellation));
        assertThat(heard).isEmpty();
    }

    @Test
    void cancelling_after_the_end_does_nothing() {
        Cancellation cancellation = new Cancellation();
        pipeline.generate(QUICK, StepListener.NONE, cancellation);
        cancellation.cancel();
        assertThat(cancellation.isCancelled()).isTrue();
    }

    @Test
    void an_unknown_scheduler_is_refused_before_anything_is_drawn() {
        assertRefused(QUICK.toBuilder().scheduler("ddim_of_tomorrow").build(), ErrorCode.UNSUPPORTED, "euler");
    }

    @Test
    void a_sampler_with_a_schedule_that_it_does_not_know_is_refused_before_anything_is_drawn() {
        assertRefused(
                QUICK.toBuilder()
                        .scheduler("ddim")
                        .sigmaSchedule(SigmaSchedule.KARRAS)
                        .build(),
                ErrorCode.UNSUPPORTED,
                "The scheduler \"ddim\" has no sigma_schedule \"karras\"; it takes: default");
    }

    @Test
    void a_finished_picture_is_refined_with_steps_of_its_own() {
        List<Stage> heard = new ArrayList<>();
        GenerationParameters parameters = QUICK.toBuilder()
                .refinement(new Refinement.Image(0.3, 10, 6, 2.5))
                .build();
        pipeline.generate(parameters, (stage, step, steps, elapsed) -> {
            assertThat(steps).isEqualTo(8);
            heard.add(stage);
        });
        assertThat(Collections.frequency(heard, Stage.BASE)).isEqualTo(5);
        assertThat(Collections.frequency(heard, Stage.REFINER)).isEqualTo(3);
    }

    @Test
    void more_skipped_layers_than_there_are_are_refused() {
        assertRefused(QUICK.toBuilder().clipSkip(9).build(), ErrorCode.UNSUPPORTED, "clip_skip 9");
    }

    @Test
    void without_a_refiner_the_base_draws_alone_and_a_handover_is_refused() {
        try (SdxlPipeline alone = SdxlPipeline.load(TinySdxl.base(), Optional.empty(), TinySdxl.settings())) {
            GenerationParameters unsaid = QUICK.toBuilder().numInferenceSteps(2).build();
            GenerationParameters complete = alone.model().complete(GenerationParameters.of("a star"));
            assertThat(complete.refinement()).contains(Refinement.none());
            assertThat(alone.generate(unsaid, StepListener.NONE).images()).hasSize(1);
            assertThat(alone.model().digest()).isNotEqualTo(pipeline.model().digest());
            assertThatThrownBy(() -> alone.generate(
                            QUICK.toBuilder()
                                    .refinement(Refinement.ensemble(0.8))
                                    .build(),
                            StepListener.NONE))
                    .extracting(e -> ((GenerationException) e).code())
                    .isEqualTo(ErrorCode.REFINER_UNAVAILABLE);
        }
    }

    @Test
    void a_closed_pipeline_says_so() {
        SdxlPipeline closed = SdxlPipeline.load(TinySdxl.base(), Optional.empty(), TinySdxl.settings());
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.generate(QUICK, StepListener.NONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void defaults_are_the_models_own() {
        GenerationParameters complete = pipeline.model().complete(GenerationParameters.of("a star"));
        assertThat(complete.size()).contains(new ImageSize(128, 128));
        assertThat(complete.scheduler()).contains("euler");
        assertThat(complete.refinement()).contains(Refinement.ensemble(0.8));
        assertThat(complete.numInferenceSteps()).isEqualTo(30);
        assertThat(complete.guidanceScale()).isEqualTo(5.0);
    }

    private void assertRefused(GenerationParameters parameters, ErrorCode code, String mentions) {
        assertThatThrownBy(() -> pipeline.generate(parameters, StepListener.NONE))
                .isInstanceOf(GenerationException.class)
                .hasMessageContaining(mentions)
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(code);
    }
}
