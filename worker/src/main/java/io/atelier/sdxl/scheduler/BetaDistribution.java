package io.atelier.sdxl.scheduler;

/** The quantiles of a symmetric beta distribution, for the beta sigma schedule. */
final class BetaDistribution {
    private static final int BISECTIONS = 200;
    private static final int MAX_FRACTIONS = 500;
    private static final double TINY = 1e-300;

    private final double shape;
    private final double density;

    /** @param shape both parameters of the distribution */
    BetaDistribution(double shape) {
        this.shape = shape;
        this.density = 1 / simpleBeta();
    }

    /** The value that a share {@code p} of the distribution stays below. */
    double quantile(double p) {
        if (p <= 0 || p >= 1) {
            return p <= 0 ? 0 : 1;
        }
        if (p > 0.5) {
            return 1 - quantile(1 - p);
        }
        double low = 0;
        double high = 0.5;
        for (int i = 0; i < BISECTIONS && low < high; i++) {
            double middle = (low + high) / 2;
            if (cumulative(middle) < p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** For x up to one half, where the continued fraction converges fast (Numerical Recipes, 6.4). */
    private double cumulative(double x) {
        if (x <= 0) {
            return 0;
        }
        return density * Math.pow(x * (1 - x), shape) / shape * continuedFraction(x);
    }

    private double continuedFraction(double x) {
        double c = 1;
        double d = 1 / nonZero(1 - 2 * shape * x / (shape + 1));
        double fraction = d;
        for (int m = 1; m <= MAX_FRACTIONS; m++) {
            double even = m * (shape - m) * x / ((shape + 2 * m - 1) * (shape + 2 * m));
            d = 1 / nonZero(1 + even * d);
            c = nonZero(1 + even / c);
            fraction *= d * c;
            double odd = -(shape + m) * (2 * shape + m) * x / ((shape + 2 * m) * (shape + 2 * m + 1));
            d = 1 / nonZero(1 + odd * d);
            c = nonZero(1 + odd / c);
            fraction *= d * c;
            if (d * c == 1) {
                break;
            }
        }
        return fraction;
    }

    private static double nonZero(double value) {
        return Math.abs(value) < TINY ? TINY : value;
    }

    /** The beta function of (shape, shape): twice what the series gives for the lower half, by symmetry. */
    private double simpleBeta() {
        return 2 * Math.pow(0.25, shape) / shape * continuedFraction(0.5);
    }
}
