package io.atelier.worker.event;

import io.atelier.job.Generation;
import io.atelier.job.Progress;
import io.atelier.sdxl.Stage;
import io.atelier.sdxl.StepListener;
import java.time.Duration;

/** Tells of the progress of one generation, at most twice a second and always of its last step. */
public final class ProgressReporter implements StepListener {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final EventPublisher publisher;
    private final Generation generation;
    private Duration next = Duration.ZERO;

    public ProgressReporter(EventPublisher publisher, Generation generation) {
        this.publisher = publisher;
        this.generation = generation;
    }

    @Override
    public void onStep(Stage stage, int step, int steps, Duration elapsed) {
        boolean last = stage != Stage.VAE && step == steps;
        if (elapsed.compareTo(next) < 0 && !last) {
            return;
        }
        next = elapsed.plus(INTERVAL);
        Progress progress = new Progress(stage.wireName(), step, steps);
        publisher.publishProgress(generation.toBuilder().progress(progress).build());
    }
}
