package io.atelier.sdxl;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** Counts the steps of one generation, times its stages, tells the listener and asks whether to go on. */
final class Progress {
    private final StepListener listener;
    private final Cancellation cancellation;
    private final long start = System.nanoTime();
    private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
    private Stage stage = Stage.ENCODE_PROMPT;
    private long stageStart = start;
    private int step;
    private int steps;

    Progress(StepListener listener, Cancellation cancellation) {
        this.listener = listener;
        this.cancellation = cancellation;
    }

    /** Says how many steps there are over all pictures. */
    void expect(int total) {
        steps = total;
    }

    /** Ends the stage before, without telling the listener. */
    void begin(Stage next) {
        throwIfCancelled();
        addStageTime();
        stage = next;
        listener.onStage(next);
    }

    /** A denoising step of the current stage is taken, by so many pictures at once. */
    void step(int pictures) {
        step += pictures;
        listener.onStep(stage, step, steps, elapsed());
        throwIfCancelled();
    }

    /** The current stage, which has no steps, is over. */
    void end() {
        addStageTime();
        listener.onStep(stage, step, steps, elapsed());
    }

    StageTimings timings() {
        return new StageTimings(time(Stage.ENCODE_PROMPT), time(Stage.BASE), time(Stage.REFINER), time(Stage.VAE));
    }

    private void addStageTime() {
        long now = System.nanoTime();
        nanos.merge(stage, now - stageStart, Long::sum);
        stageStart = now;
    }

    private Duration time(Stage of) {
        return Duration.ofNanos(nanos.getOrDefault(of, 0L));
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private void throwIfCancelled() {
        if (cancellation.isCancelled() || listener.isCancelled()) {
            throw new CancellationException("The generation was cancelled in the stage " + stage.wireName());
        }
    }
}
