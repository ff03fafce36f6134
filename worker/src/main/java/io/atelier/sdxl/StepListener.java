package io.atelier.sdxl;

import java.time.Duration;

/** Watches a generation, on the thread that draws: whatever takes long here makes the picture late. */
public interface StepListener {

    /** Neither hears nor stops anything. */
    StepListener NONE = (stage, step, steps, elapsed) -> {};

    /** A stage begins; with several pictures the stages come round again. */
    default void onStage(Stage stage) {}

    /**
     * Something is done: the prompt is encoded (step 0), a denoising step is taken, or a picture is decoded.
     *
     * @param step    denoising steps taken so far, over base, refiner and all pictures of the job together
     * @param steps   how many there will be
     * @param elapsed since the generation began
     */
    void onStep(Stage stage, int step, int steps, Duration elapsed);

    /** Asked before every stage and step; true ends the generation with a CancellationException. */
    default boolean isCancelled() {
        return false;
    }
}
