package io.atelier.sdxl.scheduler;

import java.util.List;

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

    /** The same as whole numbers, the way of DDIM and its like. */
    static int[] whole(SchedulerConfig config, int steps) {
        boolean isLinspace = config.timestepSpacing() == TimestepSpacing.LINSPACE;
        float[] spaced = isLinspace ? new float[steps] : spaced(config, steps);
        double stride = steps > 1 ? (config.numTrainTimesteps() - 1.0) / (steps - 1) : 0;
        int[] timesteps = new int[steps];
        for (int i = 0; i < steps; i++) {
            timesteps[i] = (int) (isLinspace ? Math.rint((steps - 1 - i) * stride) : spaced[i]);
        }
        return timesteps;
    }

    /** The way of DPM-Solver and UniPC: one timestep more than there are steps, of which the lowest is left out. */
    static int[] multistep(SchedulerConfig config, int steps) {
        if (config.timestepSpacing() == TimestepSpacing.TRAILING) {
            return whole(config, steps);
        }
        int trained = config.numTrainTimesteps();
        boolean isLeading = config.timestepSpacing() == TimestepSpacing.LEADING;
        double stride = isLeading ? trained / (steps + 1) : (trained - 1.0) / steps;
        int offset = isLeading ? config.stepsOffset() : 0;
        int[] timesteps = new int[steps];
        for (int i = 0; i < steps; i++) {
            timesteps[i] = (int) Math.rint((steps - i) * stride) + offset;
        }
        return timesteps;
    }

    /** Those of a list, or spaced as the configuration says, the way of DDIM and its like. */
    static int[] whole(SchedulerConfig config, InferenceSteps steps) {
        return steps.timesteps().map(Timesteps::toInts).orElseGet(() -> whole(config, steps.count()));
    }

    static int[] toInts(List<Integer> timesteps) {
        return timesteps.stream().mapToInt(Integer::intValue).toArray();
    }

    static float[] toFloats(List<Integer> timesteps) {
        return toFloats(toInts(timesteps));
    }

    static float[] toFloats(int[] timesteps) {
        float[] floats = new float[timesteps.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = timesteps[i];
        }
        return floats;
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
