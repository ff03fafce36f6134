package io.atelier.sdxl.scheduler;

import io.atelier.sdxl.noise.NoiseSource;

/**
 * A sampling algorithm, set up for a number of steps: when to ask the UNet and what to make of its answers. Immutable;
 * what an algorithm must remember from step to step (earlier predictions, say) lives in a {@link Sampler}, one per picture.
 *
 * <p>One algorithm per file, registered in {@link Schedulers}.
 */
public interface Scheduler {

    /** What the UNet is told at each of its calls, falling. Second-order algorithms name most timesteps twice. */
    float[] timesteps();

    /** What pure noise is multiplied with to become the first latents. */
    float initNoiseSigma();

    /**
     * Makes a picture as noisy as the latents are at a call, to begin image-to-image there.
     *
     * @param latents float32 [4, H/8, W/8] of a finished picture, replaced
     * @param noise   standard normal, same length; read only
     * @param call    index into {@link #timesteps()}
     */
    void addNoise(float[] latents, float[] noise, int call);

    /** UNet calls per step: 2 for algorithms that correct each step with a second look. */
    default int order() {
        return 1;
    }

    /**
     * Begins one picture, or one model's share of it.
     *
     * @param noise what stochastic algorithms draw from; it has already given the first latents
     */
    Sampler start(NoiseSource noise);

    /** The steps of one picture. Arrays are float32 latents of one picture, [4, H/8, W/8]. */
    interface Sampler {

        /**
         * Brings the latents to the scale that the UNet was trained on.
         *
         * @param call   index into {@link #timesteps()}
         * @param scaled is overwritten
         */
        void scaleModelInput(int call, float[] latents, float[] scaled);

        /**
         * Takes one step, from the noise level of this call to that of the next.
         *
         * @param modelOutput the prediction after guidance; may be overwritten
         * @param latents     is replaced by the next latents
         */
        void step(int call, float[] modelOutput, float[] latents);
    }
}
