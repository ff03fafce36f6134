package io.atelier.sdxl.scheduler;

/**
 * The training timesteps that the inference steps stand at, rounded as numpy rounds.
 *
 * @see "diffusers schedulers/scheduling_euler_discrete.py, set_timesteps"
 */
final class Timesteps {
    private Timesteps() {}

    /** Falling; Euler's way, with the fractions of linspace kept. */
    static float[] spaced(SchedulerConfig config, int steps) {
        switch (config.timestepSpacing()) {
            case LEADING:
                return leading(config.numTrainTimesteps(), steps, config.stepsOffset());
            case TRAILING:
                return trailing(config.numTrainTimesteps(), steps);
            default:
                return linspace(config.numTrainTimesteps(), steps);
        }
    }

    private static float[] linspace(int trained, int steps) {
        float[] timesteps = new float[steps];
        double stride = steps > 1 ? (trained - 1.0) / (steps - 1) : 0;
        for (int i = 0; i < steps; i++) {
            timesteps[steps - 1 - i] = (float) (i * stride);
        }
        if (steps > 1) {
            timesteps[0] = trained - 1;
        }
        return timesteps;
    }

    private static float[] leading(int trained, int steps, int offset) {
        float[] timesteps = new float[steps];
        int stride = trained / steps;
        for (int i = 0; i < steps; i++) {
            timesteps[i] = (steps - 1 - i) * stride + offset;
        }
        return timesteps;
    }

    private static float[] trailing(int trained, int steps) {
        float[] timesteps = new float[steps];
        // numpy.arange multiplies with the difference of its first two values, and so must we: halves are rounded here.
        // For a few numbers of steps (61 is the first) its own rounding makes it one value too long; we stay with
        // steps.
        double stride = (trained - (double) trained / steps) - trained;
        for (int i = 0; i < steps; i++) {
            timesteps[i] = (float) Math.rint(trained + i * stride) - 1;
        }
        return timesteps;
    }
}
