package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.noise.NoiseSource;

/**
 * DPM-Solver++ (Lu et al. 2022) of second or third order from one UNet call per step, on the probability flow or with new
 * noise in every step (SDE).
 *
 * @see "diffusers schedulers/scheduling_dpmsolver_multistep.py"
 */
final class DpmSolverMultistepScheduler extends MultistepScheduler {
    /** With fewer steps than this the last ones are of lower order. */
    private static final int FEW_STEPS = 15;

    private final int order;
    private final boolean isStochastic;
    private final boolean isHeun;
    private final boolean lowersFinalOrders;
    private final boolean endsWithFirstOrder;

    private DpmSolverMultistepScheduler(SchedulerConfig config, InferenceSteps steps, int order, boolean isStochastic) {
        super(config, MultistepSigmas.dpmSolver(config, NoiseSchedule.of(config), steps));
        this.order = order;
        this.isStochastic = isStochastic;
        this.isHeun = config.isHeunSolver();
        this.lowersFinalOrders = config.lowerOrderFinal() && steps.count() < FEW_STEPS;
        this.endsWithFirstOrder =
                config.eulerAtFinal() || lowersFinalOrders || config.finalSigma() == SchedulerConfig.FinalSigma.ZERO;
    }

    static Scheduler secondOrder(SchedulerConfig config, InferenceSteps steps) {
        return new DpmSolverMultistepScheduler(config, steps, 2, false);
    }

    static Scheduler secondOrderSde(SchedulerConfig config, InferenceSteps steps) {
        return new DpmSolverMultistepScheduler(config, steps, 2, true);
    }

    static Scheduler thirdOrder(SchedulerConfig config, InferenceSteps steps) {
        return new DpmSolverMultistepScheduler(config, steps, 3, false);
    }

    @Override
    public Sampler start(NoiseSource noise) {
        return new DpmSampler(noise);
    }

    private final class DpmSampler implements Sampler {
        private final NoiseSource noise;
        private int stepsTaken;

        // What the last three calls say the picture is, the newest first.
        private float[] m0;
        private float[] m1;
        private float[] m2;

        DpmSampler(NoiseSource noise) {
            this.noise = noise;
        }

        @Override
        public void step(int call, float[] modelOutput, float[] latents) {
            m2 = m1;
            m1 = m0;
            m0 = predictedOriginal(call, modelOutput, latents);
            if (isStochastic) {
                stochasticStep(call, latents, noise.normal(latents.length));
            } else {
                step(call, latents);
            }
            stepsTaken++;
        }

        private int orderAt(int call) {
            if (call == steps() - 1 && endsWithFirstOrder) {
                return 1;
            }
            int highest = call == steps() - 2 && lowersFinalOrders ? 2 : order;
            return Math.min(highest, stepsTaken + 1);
        }

        private void step(int call, float[] latents) {
            float h = lambda(call + 1) - lambda(call);
            float keep = sigma(call + 1) / sigma(call);
            float decay = (float) Math.exp(-h) - 1;
            float c0 = alpha(call + 1) * decay;
            switch (orderAt(call)) {
                case 1:
                    for (int i = 0; i < latents.length; i++) {
                        latents[i] = keep * latents[i] - c0 * m0[i];
                    }
                    break;
                case 2:
                    float slope = 1 / ((lambda(call) - lambda(call - 1)) / h);
                    float c1 = isHeun ? -(alpha(call + 1) * (decay / h + 1)) : 0.5f * c0;
                    for (int i = 0; i < latents.length; i++) {
                        float d1 = slope * (m0[i] - m1[i]);
                        latents[i] = keep * latents[i] - c0 * m0[i] - c1 * d1;
                    }
                    break;
                default:
                    thirdOrderStep(call, h, latents);
            }
        }

        private void thirdOrderStep(int call, float h, float[] latents) {
            float r0 = (lambda(call) - lambda(call - 1)) / h;
            float r1 = (lambda(call - 1) - lambda(call - 2)) / h;
            float keep = sigma(call + 1) / sigma(call);
            float alpha = alpha(call + 1);
            float decay = (float) Math.exp(-h) - 1;
            float c0 = alpha * decay;
            float c1 = alpha * (decay / h + 1);
            float c2 = alpha * ((decay + h) / (h * h) - 0.5f);
            for (int i = 0; i < latents.length; i++) {
                float newer = 1 / r0 * (m0[i] - m1[i]);
                float older = 1 / r1 * (m1[i] - m2[i]);
                float d1 = newer + r0 / (r0 + r1) * (newer - older);
                float d2 = 1 / (r0 + r1) * (newer - older);
                latents[i] = keep * latents[i] - c0 * m0[i] + c1 * d1 - c2 * d2;
            }
        }

        private void stochasticStep(int call, float[] latents, float[] fresh) {
            float h = lambda(call + 1) - lambda(call);
            float keep = sigma(call + 1) / sigma(call) * (float) Math.exp(-h);
            float growth = 1 - (float) Math.exp(-2 * h);
            float c0 = alpha(call + 1) * growth;
            float noiseScale = sigma(call + 1) * (float) Math.sqrt(growth);
            if (orderAt(call) == 1) {
                for (int i = 0; i < latents.length; i++) {
                    latents[i] = keep * latents[i] + c0 * m0[i] + noiseScale * fresh[i];
                }
                return;
            }
            float slope = 1 / ((lambda(call) - lambda(call - 1)) / h);
            float c1 = isHeun ? alpha(call + 1) * (growth / (-2 * h) + 1) : 0.5f * c0;
            for (int i = 0; i < latents.length; i++) {
                float d1 = slope * (m0[i] - m1[i]);
                latents[i] = keep * latents[i] + c0 * m0[i] + c1 * d1 + noiseScale * fresh[i];
            }
        }
    }
}
