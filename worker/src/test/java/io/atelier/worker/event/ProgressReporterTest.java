package io.atelier.worker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.Progress;
import io.atelier.message.EventType;
import io.atelier.sdxl.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

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

    @Test
    void the_decoder_after_the_last_step_does_not_repeat_it() {
        reporter.onStep(Stage.BASE, 1, 1, Duration.ofMillis(10));
        reporter.onStep(Stage.VAE, 1, 1, Duration.ofMillis(20));

        assertThat(reported).containsExactly(new Progress("base", 1, 1));
    }
}
