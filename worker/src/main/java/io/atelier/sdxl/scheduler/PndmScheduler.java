package io.atelier.sdxl.scheduler;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.noise.NoiseSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Pseudo numerical methods for diffusion models (Liu et al. 2022), without the Runge-Kutta steps at the beginning, as
 * Stable Diffusion is configured. The second timestep is called twice, to begin with a better first step.
 *
 * @see "diffusers schedulers/scheduling_pndm.py, step_plms"
 */
final class PndmScheduler extends VariancePreservingScheduler {
    private static final int MAX_ORDER = 4;

    private final int stride;
    private final float finalAlpha;
    private final boolean isVelocity;

    PndmScheduler(SchedulerConfig config, int steps) {
        super(config, secondTwice(Timesteps.whole(config, steps)));
        if (config.predictionType() == PredictionType.SAMPLE) {
            throw new GenerationException(
                    ErrorCode.UNSUPPORTED, "The scheduler \"pndm\" does not take a model that predicts the sample");
        }
        if (!config.skipPrkSteps()) {
            throw new GenerationException(
                    ErrorCode.UNSUPPORTED,
                    "The scheduler \"pndm\" needs a model whose scheduler_config.json sets skip_prk_steps");
        }
        this.stride = config.numTrainTimesteps() / steps;
        this.finalAlpha = config.setAlphaToOne() ? 1 : alphaCumprod(0);
        this.isVelocity = config.predictionType() == PredictionType.V_PREDICTION;
    }

    private static int[] secondTwice(int[] timesteps) {
        if (timesteps.length < 2) {
            return timesteps;
        }
        int[] calls = new int[timesteps.length + 1];
        for (int i = 0; i < calls.length; i++) {
            calls[i] = timesteps[i < 2 ? i : i - 1];
        }
        return calls;
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return new PlmsSampler();
    }

    private final class PlmsSampler implements Sampler {
        private final Deque<float[]> outputs = new ArrayDeque<>(); // the newest first
        private int callsMade;
        private float[] firstLatents;

        @Override
        public void step(int call, float[] modelOutput, float[] latents) {
            int timestep = timestep(call);
            if (callsMade == 1) {
                repeatFirstStep(timestep, modelOutput, latents);
            } else {
                remember(modelOutput);
                if (callsMade == 0) {
                    firstLatents = latents.clone();
                }
                move(latents, latents, timestep, timestep - stride, combined());
            }
            callsMade++;
        }

        private void repeatFirstStep(int timestep, float[] modelOutput, float[] latents) {
            float[] mean = new float[latents.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (modelOutput[i] + outputs.getFirst()[i]) / 2;
            }
            move(firstLatents, latents, timestep + stride, timestep, mean);
        }

        private void remember(float[] modelOutput) {
            outputs.addFirst(modelOutput.clone());
            if (outputs.size() > MAX_ORDER) {
                outputs.removeLast();
            }
        }

        private float[] combined() {
            Iterator<float[]> newestFirst = outputs.iterator();
            float[] e1 = newestFirst.next();
            float[] e2 = newestFirst.hasNext() ? newestFirst.next() : e1;
            float[] e3 = newestFirst.hasNext() ? newestFirst.next() : e1;
            float[] e4 = newestFirst.hasNext() ? newestFirst.next() : e1;
            float[] sum = new float[e1.length];
            for (int i = 0; i < sum.length; i++) {
                sum[i] = combined(e1[i], e2[i], e3[i], e4[i]);
            }
            return sum;
        }

        private float combined(float e1, float e2, float e3, float e4) {
            switch (outputs.size()) {
                case 1:
                    return e1;
                case 2:
                    return (3 * e1 - e2) / 2;
                case 3:
                    return (23 * e1 - 16 * e2 + 5 * e3) / 12;
                default:
                    return (float) (1 / 24.0) * (55 * e1 - 59 * e2 + 37 * e3 - 9 * e4);
            }
        }
    }

    /** Formula (9) of the paper. */
    private void move(float[] from, float[] to, int timestep, int previousTimestep, float[] modelOutput) {
        float alpha = alphaCumprod(timestep);
        float previousAlpha = previousTimestep >= 0 ? alphaCumprod(previousTimestep) : finalAlpha;
        float keep = sqrt(previousAlpha / alpha);
        float difference = previousAlpha - alpha;
        float divisor = alpha * sqrt(1 - previousAlpha) + sqrt(alpha * (1 - alpha) * previousAlpha);
        for (int i = 0; i < to.length; i++) {
            float predicted = isVelocity ? predictedNoise(alpha, modelOutput[i], from[i]) : modelOutput[i];
            to[i] = keep * from[i] - difference * predicted / divisor;
        }
    }
}
