package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.scheduler.SchedulerConfig.FinalSigma;
import io.atelier.sdxl.scheduler.SchedulerConfig.Interpolation;
import java.util.List;

/**
 * Timesteps and noise levels of the steps, the way the Euler family finds them: Karras and the like bend the levels
 * between the first and the last of the chosen spacing.
 *
 * @param timesteps one per step, falling, maybe between two training timesteps
 * @param sigmas    one per step and the level after the last one
 * @see "diffusers schedulers/scheduling_euler_discrete.py, set_timesteps"
 */
record InferenceSigmas(float[] timesteps, float[] sigmas) {

    static InferenceSigmas of(SchedulerConfig config, NoiseSchedule noise, int steps) {
        return of(config, noise, InferenceSteps.of(steps));
    }

    static InferenceSigmas of(SchedulerConfig config, NoiseSchedule noise, InferenceSteps steps) {
        return steps.sigmas()
                .map(sigmas -> through(noise, sigmas))
                .orElseGet(() -> at(
                        config,
                        noise,
                        steps.timesteps()
                                .map(Timesteps::toFloats)
                                .orElseGet(() -> Timesteps.spaced(config, steps.count()))));
    }

    /** Through the very levels that are given, the last one included. */
    private static InferenceSigmas through(NoiseSchedule noise, List<Double> given) {
        double[] sigmas = new double[given.size() - 1];
        for (int i = 0; i < sigmas.length; i++) {
            sigmas[i] = given.get(i).floatValue();
        }
        return new InferenceSigmas(timestepsOf(noise, sigmas), withLast(sigmas, given.get(sigmas.length)));
    }

    private static InferenceSigmas at(SchedulerConfig config, NoiseSchedule noise, float[] spaced) {
        int steps = spaced.length;
        float[] timesteps = spaced;
        double[] sigmas = config.interpolation() == Interpolation.LOG_LINEAR
                ? logLinear(noise, steps)
                : interpolated(noise, timesteps);
        if (config.sigmaSchedule() != SigmaSchedule.DEFAULT) {
            sigmas = bent(config, sigmas, steps);
            timesteps = timestepsOf(noise, sigmas);
        }
        double last = config.finalSigma() == FinalSigma.ZERO ? 0 : noise.sigmas()[0];
        return new InferenceSigmas(timesteps, withLast(sigmas, last));
    }

    private static double[] interpolated(NoiseSchedule noise, float[] timesteps) {
        double[] sigmas = new double[timesteps.length];
        for (int i = 0; i < sigmas.length; i++) {
            sigmas[i] = noise.sigmaAt(timesteps[i]);
        }
        return sigmas;
    }

    /** One level more than there are steps, as in diffusers: the last step ends at the lowest level, not at zero. */
    private static double[] logLinear(NoiseSchedule noise, int steps) {
        float[] table = noise.sigmas();
        float[] logs = Betas.linspace((float) Math.log(table[table.length - 1]), (float) Math.log(table[0]), steps + 1);
        double[] sigmas = new double[logs.length];
        for (int i = 0; i < sigmas.length; i++) {
            sigmas[i] = (float) Math.exp(logs[i]);
        }
        return sigmas;
    }

    private static double[] bent(SchedulerConfig config, double[] sigmas, int steps) {
        double max = config.sigmaMax().orElse(sigmas[0]);
        double min = config.sigmaMin().orElse(sigmas[sigmas.length - 1]);
        return SigmaRamp.between(max, min, steps, config.sigmaSchedule());
    }

    private static float[] timestepsOf(NoiseSchedule noise, double[] sigmas) {
        float[] timesteps = new float[sigmas.length];
        for (int i = 0; i < sigmas.length; i++) {
            timesteps[i] = (float) noise.timestepAt(sigmas[i]);
        }
        return timesteps;
    }

    private static float[] withLast(double[] sigmas, double last) {
        float[] all = new float[sigmas.length + 1];
        for (int i = 0; i < sigmas.length; i++) {
            all[i] = (float) sigmas[i];
        }
        all[sigmas.length] = (float) last;
        return all;
    }
}
