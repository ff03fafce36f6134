package io.atelier.worker.consume;

import io.atelier.sdxl.Stage;
import io.atelier.sdxl.StepListener;
import io.atelier.sdxl.unet.LatentShape;
import java.time.Duration;
import java.util.List;

/** The time in which a job has the device, told to all whom it concerns. To be opened and closed on the thread that draws. */
final class WatchedDrawing implements StepListener, AutoCloseable {
    private final JobWatch watch;
    private final JobControl control;
    private final StepListener next;
    private final JobWatch.Scope scope;

    /** @param next hears everything too, and decides about cancelling */
    WatchedDrawing(JobWatch watch, JobControl control, StepListener next) {
        this.watch = watch;
        this.control = control;
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
    public void onLatents(Stage stage, LatentShape shape, List<float[]> latents) {
        next.onLatents(stage, shape, latents);
    }

    @Override
    public void onStep(Stage stage, int step, int steps, Duration elapsed) {
        if (step == steps) {
            // What is left is to decode: time enough to fetch the next job and to look at it.
            control.leaveLane();
        }
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
