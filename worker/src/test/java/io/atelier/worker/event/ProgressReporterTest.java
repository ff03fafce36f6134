package io.atelier.worker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.Progress;
import io.atelier.message.EventType;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.Refinement;
import io.atelier.sdxl.Stage;
import io.atelier.sdxl.TinySdxl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProgressReporterTest {
    private final List<Progress> reported = new ArrayList<>();
    private final ProgressReporter reporter = new ProgressReporter(
            new EventPublisher() {
                @Override
                public void publish(EventType type, Generation generation) {
                    throw new AssertionError("Progress is told without waiting");
                }

                @Override
                public void publishProgress(Generation generation) {
                    reported.add(generation.progress());
                }

                @Override
                public void publishDeadLetter(
                        ConsumerRecord<byte[], byte[]> record, int attempt, GenerationException reason) {
                    throw new AssertionError("Progress is no dead letter");
                }
            },
            new Generation.Builder().id(new GenerationId("job-1")).build());

    @Test
    void a_hundred_quick_steps_are_told_twice_a_second_and_the_last_one_always() {
        for (int step = 1; step <= 100; step++) {
            reporter.onStep(Stage.BASE, step, 100, Duration.ofMillis(20L * step));
        }

        assertThat(reported).extracting(Progress::step).containsExactly(1, 26, 51, 76, 100);
    }

    @ParameterizedTest
    @MethodSource("kindsOfJobs")
    void the_last_step_of_every_kind_of_job_is_told_once(GenerationParameters job) {
        List<Integer> steps = new ArrayList<>();
        TinySdxl.pipeline().generate(job, (stage, step, all, elapsed) -> {
            steps.add(all);
            // As if no time passed: nothing but the first and the last step is due.
            reporter.onStep(stage, step, all, Duration.ZERO);
        });

        int all = steps.get(0);
        assertThat(reported).filteredOn(progress -> progress.step() == all).hasSize(1);
        assertThat(reported)
                .hasSize(2)
                .last()
                .isEqualTo(new Progress(reported.get(1).stage(), all, all));
    }

    static Stream<GenerationParameters> kindsOfJobs() {
        GenerationParameters.Builder small = GenerationParameters.builder("a red circle")
                .numInferenceSteps(4)
                .size(64, 64)
                .seed(1);
        GenerationParameters baseOnly = small.refinement(Refinement.none()).build();
        return Stream.of(
                baseOnly,
                baseOnly.toBuilder().numImages(3).build(),
                baseOnly.toBuilder().scheduler("heun").build(),
                baseOnly.toBuilder()
                        .refinement(Refinement.ensemble(0.5))
                        .numImages(2)
                        .build(),
                baseOnly.toBuilder()
                        .refinement(new Refinement.Image(0.5, 4, 6, 2.5))
                        .build());
    }

    @Test
    void the_decoder_after_the_last_step_does_not_repeat_it() {
        reporter.onStep(Stage.BASE, 1, 1, Duration.ofMillis(10));
        reporter.onStep(Stage.VAE, 1, 1, Duration.ofMillis(20));

        assertThat(reported).containsExactly(new Progress("base", 1, 1));
    }
}
