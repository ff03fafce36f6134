package io.atelier.sdxl.unet;

import io.atelier.sdxl.scheduler.Scheduler;

/**
 * Which of a scheduler's UNet calls a model makes.
 *
 * @param from first call
 * @param to   after the last call
 */
public record StepRange(int from, int to) {

    public static StepRange all(Scheduler scheduler) {
        return new StepRange(0, scheduler.timesteps().length);
    }

    /**
     * The base model's share before a handover: the timesteps at and above the cutoff.
     *
     * @see "diffusers pipeline_stable_diffusion_xl.py, 8.1 Apply denoising_end"
     */
    public static StepRange before(double switchAt, Scheduler scheduler, int numTrainTimesteps) {
        float[] timesteps = scheduler.timesteps();
        return new StepRange(0, timesteps.length - countBelow(cutoff(switchAt, numTrainTimesteps), timesteps));
    }

    /**
     * The refiner's share after a handover: the timesteps below the cutoff. Of an algorithm that calls the UNet twice per
     * step it takes one call more where it would begin in the middle of a step, as in diffusers.
     *
     * @see "diffusers pipeline_stable_diffusion_xl_img2img.py, get_timesteps"
     */
    public static StepRange after(double switchAt, Scheduler scheduler, int numTrainTimesteps) {
        float[] timesteps = scheduler.timesteps();
        int count = countBelow(cutoff(switchAt, numTrainTimesteps), timesteps);
        if (scheduler.order() == 2 && count % 2 == 0) {
            count++;
        }
        return new StepRange(timesteps.length - count, timesteps.length);
    }

    /**
     * What is left of this share when the first steps are skipped, as image-to-image does. It may be empty.
     *
     * @see "diffusers pipeline_stable_diffusion_xl_img2img.py, get_timesteps"
     */
    public StepRange skipping(int steps, Scheduler scheduler) {
        int first = Math.min(steps * scheduler.order(), scheduler.timesteps().length);
        return new StepRange(Math.max(from, Math.min(first, to)), to);
    }

    public int count() {
        return to - from;
    }

    // Python rounds halves to even.
    private static int cutoff(double switchAt, int numTrainTimesteps) {
        return (int) Math.rint(numTrainTimesteps - switchAt * numTrainTimesteps);
    }

    private static int countBelow(int cutoff, float[] timesteps) {
        int count = 0;
        for (float timestep : timesteps) {
            if (timestep < cutoff) {
                count++;
            }
        }
        return count;
    }
}
