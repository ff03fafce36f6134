package io.atelier.sdxl.scheduler;

import java.util.List;
import java.util.Optional;

/**
 * The steps of an inference: how many, or just which. A list takes the place of spacing and sigma schedule.
 *
 * @param count     inference steps, at least 1
 * @param timesteps training timesteps, falling; one per step
 * @param sigmas    noise levels, falling; one per step and the level after the last one, which may be 0
 * @see "diffusers pipeline_stable_diffusion_xl.py, retrieve_timesteps"
 */
public record InferenceSteps(int count, Optional<List<Integer>> timesteps, Optional<List<Double>> sigmas) {
    private static final int MAX = 1000;

    /** @throws IllegalArgumentException if a list does not fall, or the steps are none or too many */
    public InferenceSteps {
        if (count < 1 || count > MAX) {
            throw new IllegalArgumentException("The number of steps must be between 1 and " + MAX + ": " + count);
        }
        timesteps.ifPresent(list -> requireFalling("timesteps", list));
        sigmas.ifPresent(list -> requireFalling("sigmas", list));
    }

    public static InferenceSteps of(int count) {
        return new InferenceSteps(count, Optional.empty(), Optional.empty());
    }

    public static InferenceSteps at(List<Integer> timesteps) {
        return new InferenceSteps(timesteps.size(), Optional.of(List.copyOf(timesteps)), Optional.empty());
    }

    public static InferenceSteps through(List<Double> sigmas) {
        return new InferenceSteps(sigmas.size() - 1, Optional.empty(), Optional.of(List.copyOf(sigmas)));
    }

    /** Whether the request says itself where each step stands. */
    public boolean areListed() {
        return timesteps.isPresent() || sigmas.isPresent();
    }

    private static void requireFalling(String name, List<? extends Number> values) {
        for (int i = 0; i < values.size(); i++) {
            double value = values.get(i).doubleValue();
            if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(name + " must be numbers from 0 on: " + value);
            }
            if (i > 0 && value >= values.get(i - 1).doubleValue()) {
                throw new IllegalArgumentException(name + " must fall from one to the next: " + values);
            }
        }
    }
}
