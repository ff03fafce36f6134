package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.sdxl.Stage;
import io.atelier.sdxl.StepListener;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a job that is drawn lets the next one come. */
class WatchedDrawingTest {
    private final JobControl control = new JobControl(() -> {});
    private final WatchedDrawing drawing = new WatchedDrawing(new JobWatch() {}, control, StepListener.NONE);

    @Test
    void with_slow_steps_when_all_are_taken() {
        int steps = 10;
        for (int step = 0; step < steps; step++) {
            drawing.onStep(Stage.BASE, step, steps, Duration.ofMillis(500L * step));
            assertThat(control.needsLane()).as("after step " + step).isTrue();
        }

        drawing.onStep(Stage.BASE, steps, steps, Duration.ofSeconds(5));

        assertThat(control.needsLane()).isFalse();
    }

    @Test
    void with_quick_steps_when_the_rest_takes_no_longer_than_to_fetch_another_job() {
        drawing.onStep(Stage.BASE, 0, 20, Duration.ofMillis(3));
        drawing.onStep(Stage.BASE, 14, 20, Duration.ofMillis(3 + 14 * 30));
        drawing.onStep(Stage.BASE, 15, 20, Duration.ofMillis(3 + 15 * 30 + 1));
        assertThat(control.needsLane()).as("with 5 steps of 31 ms left").isTrue();

        drawing.onStep(Stage.BASE, 16, 20, Duration.ofMillis(3 + 16 * 30 + 1));

        assertThat(control.needsLane()).as("with 4 steps of 30 ms left").isFalse();
    }

    @Test
    void an_encoded_prompt_is_no_step() {
        drawing.onStep(Stage.BASE, 0, 20, Duration.ofMillis(1));

        assertThat(control.needsLane()).isTrue();
    }
}
