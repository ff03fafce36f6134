package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.noise.NoiseSource;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The linear multistep method (Adams and Bashforth) of up to fourth order: integrates the polynomial through the last
 * directions.
 *
 * @see "diffusers schedulers/scheduling_lms_discrete.py"
 */
final class LmsDiscreteScheduler extends VarianceExplodingScheduler {
    private static final int MAX_ORDER = 4;
    private static final double GAUSS_NODE = 1 / Math.sqrt(3);

    LmsDiscreteScheduler(SchedulerConfig config, int steps) {
        super(config, InferenceSigmas.of(config, NoiseSchedule.of(config), steps));
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return new LmsSampler();
    }

    private final class LmsSampler extends ScalingSampler {
        private final Deque<float[]> derivatives = new ArrayDeque<>(); // the newest first

        @Override
        public void step(int call, float[] modelOutput, float[] latents) {
            float[] derivative = new float[latents.length];
            for (int i = 0; i < latents.length; i++) {
                derivative[i] = derivative(sigma(call), modelOutput[i], latents[i]);
            }
            derivatives.addFirst(derivative);
            if (derivatives.size() > MAX_ORDER) {
                derivatives.removeLast();
            }
            add(change(call, latents.length), latents);
        }

        // After a handover there are fewer directions than there were steps. diffusers takes the coefficients of fourth
        // order nevertheless, and leaves out what it lacks, which ruins the picture. Here the order grows anew.
        private float[] change(int call, int length) {
            int order = derivatives.size();
            float[] sum = new float[length];
            int k = 0;
            for (float[] derivative : derivatives) {
                float coefficient = (float) coefficient(order, call, k++);
                for (int i = 0; i < length; i++) {
                    sum[i] += coefficient * derivative[i];
                }
            }
            return sum;
        }

        private void add(float[] change, float[] latents) {
            for (int i = 0; i < latents.length; i++) {
                latents[i] += change[i];
            }
        }
    }

    /**
     * The integral of a Lagrange polynomial over the step, exact by two nodes as its degree is three at most. diffusers sums
     * up float32 values instead, and is off by up to 1e-5.
     */
    private double coefficient(int order, int call, int current) {
        double half = ((double) sigma(call + 1) - sigma(call)) / 2;
        double middle = sigma(call) + half;
        return half
                * (lagrange(order, call, current, middle - half * GAUSS_NODE)
                        + lagrange(order, call, current, middle + half * GAUSS_NODE));
    }

    private double lagrange(int order, int call, int current, double at) {
        double product = 1;
        for (int k = 0; k < order; k++) {
            if (k != current) {
                product *= (at - sigma(call - k)) / ((double) sigma(call - current) - sigma(call - k));
            }
        }
        return product;
    }
}
