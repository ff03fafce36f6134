package io.atelier.sdxl.scheduler;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.noise.NoiseSource;
import java.util.Set;

/**
 * UniPC (Zhao et al. 2023): each call first corrects the step before with what the UNet says now, then predicts the next.
 *
 * @see "diffusers schedulers/scheduling_unipc_multistep.py"
 */
final class UniPcMultistepScheduler extends MultistepScheduler {
    private static final int MAX_ORDER = 3;

    private final int order;
    private final boolean isFirstBh;
    private final boolean lowerOrderFinal;
    private final Set<Integer> uncorrected;

    UniPcMultistepScheduler(SchedulerConfig config, int steps) {
        super(config, MultistepSigmas.uniPc(config, NoiseSchedule.of(config), steps));
        this.order = config.solverOrder();
        this.isFirstBh = config.isFirstBhSolver();
        this.lowerOrderFinal = config.lowerOrderFinal();
        this.uncorrected = config.disableCorrector();
        if (order < 1 || order > MAX_ORDER) {
            throw unsupported("solver_order " + order + " (1 to " + MAX_ORDER + " are there)");
        }
        if (!config.predictsOriginal()) {
            throw unsupported("predict_x0 false");
        }
    }

    private static GenerationException unsupported(String setting) {
        return new GenerationException(
                ErrorCode.UNSUPPORTED,
                "The scheduler \"unipc\" does not take the setting of the model's scheduler_config.json: " + setting);
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return new UniPcSampler();
    }

    private final class UniPcSampler implements Sampler {
        /** What the last calls say the picture is, the newest first. */
        private final float[][] originals = new float[MAX_ORDER][];

        private float[] lastLatents;
        private int lastOrder;
        private int stepsTaken;

        @Override
        public void step(int call, float[] modelOutput, float[] latents) {
            float[] original = predictedOriginal(call, modelOutput, latents);
            if (lastLatents != null && !uncorrected.contains(call - 1)) {
                correct(call, original, latents);
            }
            remember(original);
            int highest = lowerOrderFinal ? Math.min(order, steps() - call) : order;
            lastOrder = Math.min(highest, stepsTaken + 1);
            lastLatents = latents.clone();
            predict(call, latents);
            stepsTaken++;
        }

        private void remember(float[] original) {
            System.arraycopy(originals, 0, originals, 1, MAX_ORDER - 1);
            originals[0] = original;
        }

        private void predict(int call, float[] latents) {
            Step step = new Step(call, call + 1, lastOrder);
            float[] weights = lastOrder == 2 ? new float[] {0.5f} : step.weights(lastOrder - 1);
            step.take(latents, originals[0], step.weighted(weights, originals), latents);
        }

        private void correct(int call, float[] original, float[] latents) {
            Step step = new Step(call - 1, call, lastOrder);
            float[] weights = lastOrder == 1 ? new float[] {0.5f} : step.weights(lastOrder);
            float[] sum = step.weighted(weights, originals);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += weights[lastOrder - 1] * (original[i] - originals[0][i]);
            }
            step.take(lastLatents, originals[0], sum, latents);
        }
    }

    /** The way from one noise level to the next, with formulas that predictor and corrector share. */
    private final class Step {
        private final int from;
        private final int to;
        private final int stepOrder;
        private final float minusH;
        private final float phi;
        private final float[] ratios; // of the earlier steps' lengths to this one's, and 1

        Step(int from, int to, int stepOrder) {
            this.from = from;
            this.to = to;
            this.stepOrder = stepOrder;
            float h = lambda(to) - lambda(from);
            this.minusH = -h;
            this.phi = (float) Math.expm1(minusH);
            this.ratios = new float[stepOrder];
            for (int i = 1; i < stepOrder; i++) {
                ratios[i - 1] = (lambda(from - i) - lambda(from)) / h;
            }
            ratios[stepOrder - 1] = 1;
        }

        private float scale() {
            return isFirstBh ? minusH : phi;
        }

        /** Solves the first {@code count} of the equations that make the step exact for polynomials. */
        float[] weights(int count) {
            float[][] rows = new float[count][count];
            float[] right = new float[count];
            float phiK = phi / minusH - 1;
            int factorial = 1;
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < count; j++) {
                    rows[i][j] = (float) Math.pow(ratios[j], i);
                }
                right[i] = phiK * factorial / scale();
                factorial *= i + 2;
                phiK = phiK / minusH - (float) (1.0 / factorial);
            }
            return LinearSystem.solve(rows, right);
        }

        float[] weighted(float[] weights, float[][] originals) {
            float[] sum = new float[originals[0].length];
            for (int k = 0; k < stepOrder - 1; k++) {
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += weights[k] * ((originals[k + 1][i] - originals[0][i]) / ratios[k]);
                }
            }
            return sum;
        }

        void take(float[] start, float[] original, float[] correction, float[] end) {
            float keep = sigma(to) / sigma(from);
            float ofOriginal = alpha(to) * phi;
            float ofCorrection = alpha(to) * scale();
            for (int i = 0; i < end.length; i++) {
                end[i] = keep * start[i] - ofOriginal * original[i] - ofCorrection * correction[i];
            }
        }
    }
}
