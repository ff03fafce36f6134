package io.atelier.worker.consume;

import io.atelier.sdxl.Stage;
import io.atelier.sdxl.StepListener;
import io.atelier.sdxl.unet.LatentShape;
import java.time.Duration;
import java.util.List;

/** The time in which a job has the device, told to all whom it concerns. To be opened and closed on the thread that draws. */
final class WatchedDrawing implements StepListener, AutoCloseable {
    /**
     * What it takes to fetch the next job, to look at it and to tell of its start, with a store and a broker that are not the
     * fastest. A job that comes in this time may wait here although another worker is idle, but no longer.
     */
    private static final Duration HEAD_START = Duration.ofMillis(150);

    private final JobWatch watch;
    private final JobControl control;
    private final StepListener next;
    private final JobWatch.Scope scope;
    private int stepBefore;
    private Duration elapsedBefore = Duration.ZERO;

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
        if (isNearlyDone(step, steps, elapsed)) {
            control.leaveLane();
        }
        next.onStep(stage, step, steps, elapsed);
    }

    /** After the last step there is still a picture to decode. Before, the steps that are left are taken to be like this one. */
    private boolean isNearlyDone(int step, int steps, Duration elapsed) {
        Duration thisStep = elapsed.minus(elapsedBefore);
        boolean taken = step > stepBefore;
        stepBefore = step;
        elapsedBefore = elapsed;
        return step == steps || taken && thisStep.multipliedBy(steps - step).compareTo(HEAD_START) <= 0;
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
