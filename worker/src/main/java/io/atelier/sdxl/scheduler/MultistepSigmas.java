package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.scheduler.SchedulerConfig.BetaSchedule;
import io.atelier.sdxl.scheduler.SchedulerConfig.FinalSigma;

/**
 * Timesteps and noise levels of the steps, the way DPM-Solver and UniPC find them: Karras and the like span all of the
 * training's levels, whatever the spacing, and timesteps are whole numbers.
 *
 * @param timesteps one per step, falling
 * @param sigmas    one per step and the level after the last one
 * @see "diffusers schedulers/scheduling_dpmsolver_multistep.py and scheduling_unipc_multistep.py, set_timesteps"
 */
record MultistepSigmas(int[] timesteps, float[] sigmas) {

    static MultistepSigmas dpmSolver(SchedulerConfig config, NoiseSchedule noise, InferenceSteps steps) {
        return steps.timesteps()
                .map(given -> at(config, noise, Timesteps.toInts(given)))
                .orElseGet(() -> dpmSolver(config, noise, steps.count()));
    }

    private static MultistepSigmas dpmSolver(SchedulerConfig config, NoiseSchedule noise, int steps) {
        boolean isCosine = config.betaSchedule() == BetaSchedule.SQUAREDCOS_CAP_V2;
        if (config.useLuLambdas() && config.sigmaSchedule() != SigmaSchedule.KARRAS) {
            double[] sigmas = evenInLogarithm(noise, steps);
            return new MultistepSigmas(timesteps(noise, sigmas, !isCosine), withLast(config, noise, sigmas));
        }
        boolean isRounded = config.sigmaSchedule() == SigmaSchedule.KARRAS && !isCosine;
        return of(config, noise, steps, isRounded);
    }

    static MultistepSigmas uniPc(SchedulerConfig config, NoiseSchedule noise, int steps) {
        return of(config, noise, steps, config.sigmaSchedule() == SigmaSchedule.KARRAS);
    }

    private static MultistepSigmas of(SchedulerConfig config, NoiseSchedule noise, int steps, boolean isRounded) {
        if (config.sigmaSchedule() == SigmaSchedule.DEFAULT) {
            return at(config, noise, Timesteps.multistep(config, steps));
        }
        float[] table = noise.sigmas();
        double max = config.sigmaMax().orElse(table[table.length - 1]);
        double min = config.sigmaMin().orElse(table[0]);
        double[] sigmas = SigmaRamp.between(max, min, steps, config.sigmaSchedule());
        return new MultistepSigmas(timesteps(noise, sigmas, isRounded), withLast(config, noise, sigmas));
    }

    private static MultistepSigmas at(SchedulerConfig config, NoiseSchedule noise, int[] timesteps) {
        return new MultistepSigmas(timesteps, withLast(config, noise, sigmasAt(noise, timesteps)));
    }

    private static double[] evenInLogarithm(NoiseSchedule noise, int steps) {
        double max = noise.logSigma(noise.sigmas().length - 1);
        double min = noise.logSigma(0);
        double[] sigmas = new double[steps];
        for (int i = 0; i < steps; i++) {
            sigmas[i] = Math.exp(max + SigmaRamp.ramp(i, steps) * (min - max));
        }
        return sigmas;
    }

    private static double[] sigmasAt(NoiseSchedule noise, int[] timesteps) {
        double[] sigmas = new double[timesteps.length];
        for (int i = 0; i < sigmas.length; i++) {
            sigmas[i] = noise.sigmaAt(timesteps[i]);
        }
        return sigmas;
    }

    private static int[] timesteps(NoiseSchedule noise, double[] sigmas, boolean isRounded) {
        int[] timesteps = new int[sigmas.length];
        for (int i = 0; i < sigmas.length; i++) {
            double timestep = noise.timestepAt(sigmas[i]);
            timesteps[i] = (int) (isRounded ? Math.rint(timestep) : timestep);
        }
        return timesteps;
    }

    private static float[] withLast(SchedulerConfig config, NoiseSchedule noise, double[] sigmas) {
        float[] all = new float[sigmas.length + 1];
        for (int i = 0; i < sigmas.length; i++) {
            all[i] = (float) sigmas[i];
        }
        all[sigmas.length] = config.finalSigma() == FinalSigma.ZERO ? 0 : noise.sigmas()[0];
        return all;
    }
}
