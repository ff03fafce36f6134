package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.scheduler.SchedulerConfig.BetaSchedule;
import java.util.List;

/** The variance that training adds at each timestep, rounded as PyTorch rounds it. */
final class Betas {
    private static final double MAX_BETA = 0.999;

    private Betas() {}

    static float[] of(SchedulerConfig config) {
        float[] betas = config.trainedBetas().map(Betas::toArray).orElseGet(() -> schedule(config));
        return config.rescaleBetasZeroSnr() ? rescaleZeroTerminalSnr(betas) : betas;
    }

    private static float[] schedule(SchedulerConfig config) {
        int count = config.numTrainTimesteps();
        if (config.betaSchedule() == BetaSchedule.LINEAR) {
            return linspace((float) config.betaStart(), (float) config.betaEnd(), count);
        }
        if (config.betaSchedule() == BetaSchedule.SCALED_LINEAR) {
            float[] roots = linspace((float) Math.sqrt(config.betaStart()), (float) Math.sqrt(config.betaEnd()), count);
            for (int i = 0; i < count; i++) {
                roots[i] *= roots[i];
            }
            return roots;
        }
        return squaredCosine(count);
    }

    /** {@code torch.linspace} in float32: from both ends to the middle, one rounding each. */
    static float[] linspace(float start, float end, int count) {
        float[] values = new float[count];
        float step = count > 1 ? (end - start) / (count - 1) : 0;
        for (int i = 0; i < count; i++) {
            values[i] = i < count / 2 ? Math.fma(step, i, start) : Math.fma(-step, count - 1 - i, end);
        }
        return values;
    }

    private static float[] squaredCosine(int count) {
        float[] betas = new float[count];
        for (int i = 0; i < count; i++) {
            double ratio = alphaBar((i + 1.0) / count) / alphaBar((double) i / count);
            betas[i] = (float) Math.min(1 - ratio, MAX_BETA);
        }
        return betas;
    }

    private static double alphaBar(double t) {
        double cosine = Math.cos((t + 0.008) / 1.008 * Math.PI / 2);
        return cosine * cosine;
    }

    /** Lets training end at pure noise (Lin et al. 2023, algorithm 1). */
    private static float[] rescaleZeroTerminalSnr(float[] betas) {
        float[] roots = NoiseSchedule.cumulativeAlphas(betas);
        int count = roots.length;
        for (int i = 0; i < count; i++) {
            roots[i] = (float) Math.sqrt(roots[i]);
        }
        float first = roots[0];
        float last = roots[count - 1];
        float scale = first / (first - last);
        float[] rescaled = new float[count];
        float previous = 1;
        for (int i = 0; i < count; i++) {
            float root = (roots[i] - last) * scale;
            float alphaBar = root * root;
            rescaled[i] = 1 - alphaBar / previous;
            previous = alphaBar;
        }
        return rescaled;
    }

    private static float[] toArray(List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }
}
