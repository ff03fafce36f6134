package io.atelier.worker.consume;

import io.atelier.sdxl.Stage;
import io.atelier.sdxl.StepListener;
import java.time.Duration;

/** The time in which a job has the device, told to a watch. To be opened and closed on the thread that draws. */
final class WatchedDrawing implements StepListener, AutoCloseable {
    private final JobWatch watch;
    private final StepListener next;
    private final JobWatch.Scope scope;

    /** @param next hears everything too, and decides about cancelling */
    WatchedDrawing(JobWatch watch, StepListener next) {
        this.watch = watch;
        this.next = next;
        this.scope = watch.enter();
        watch.drawingBegan();
    }

    @Override
    public void onStage(Stage stage) {
        watch.stageBegan(stage);
        next.onStage(stage);
    }

    @Override
    public void onStep(Stage stage, int step, int steps, Duration elapsed) {
        next.onStep(stage, step, steps, elapsed);
    }

    @Override
    public boolean isCancelled() {
        return next.isCancelled();
    }

    @Override
    public void close() {
        watch.drawingEnded();
        scope.close();
    }
}
