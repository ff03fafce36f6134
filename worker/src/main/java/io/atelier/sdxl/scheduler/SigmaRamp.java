package io.atelier.sdxl.scheduler;

/**
 * Noise levels between a highest and a lowest one.
 *
 * @see "diffusers schedulers/scheduling_euler_discrete.py, _convert_to_karras, _convert_to_exponential, _convert_to_beta"
 */
final class SigmaRamp {
    private static final double KARRAS_RHO = 7;
    private static final BetaDistribution BETA = new BetaDistribution(0.6);

    private SigmaRamp() {}

    static double[] between(double max, double min, int steps, SigmaSchedule schedule) {
        switch (schedule) {
            case KARRAS:
                return karras(max, min, steps);
            case EXPONENTIAL:
                return exponential(max, min, steps);
            case BETA:
                return beta(max, min, steps);
            default:
                throw new IllegalArgumentException("No ramp: " + schedule);
        }
    }

    private static double[] karras(double max, double min, int steps) {
        double maxRoot = Math.pow(max, 1 / KARRAS_RHO);
        double minRoot = Math.pow(min, 1 / KARRAS_RHO);
        double[] sigmas = new double[steps];
        for (int i = 0; i < steps; i++) {
            sigmas[i] = Math.pow(maxRoot + ramp(i, steps) * (minRoot - maxRoot), KARRAS_RHO);
        }
        return sigmas;
    }

    private static double[] exponential(double max, double min, int steps) {
        double[] sigmas = new double[steps];
        for (int i = 0; i < steps; i++) {
            sigmas[i] = Math.exp(Math.log(max) + ramp(i, steps) * (Math.log(min) - Math.log(max)));
        }
        return sigmas;
    }

    private static double[] beta(double max, double min, int steps) {
        double[] sigmas = new double[steps];
        for (int i = 0; i < steps; i++) {
            sigmas[i] = min + BETA.quantile(1 - ramp(i, steps)) * (max - min);
        }
        return sigmas;
    }

    static double ramp(int i, int steps) {
        return steps > 1 ? (double) i / (steps - 1) : 0;
    }
}
