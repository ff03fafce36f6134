package io.atelier.sdxl.unet;

import io.atelier.sdxl.scheduler.Scheduler;

/** How one picture keeps what lies outside its mask. */
public interface Inpainting {
    /** There is no mask. */
    Inpainting NONE = new Inpainting() {};

    /** What the UNet sees beside the latents, float32 [5, H/8, W/8]; empty if it sees nothing else. */
    default float[] extraChannels() {
        return new float[0];
    }

    /** Called after each UNet call; may change the latents. */
    default void afterCall(Scheduler scheduler, int call, float[] latents) {}

    /** The same for the refiner, which only ever sees latents. */
    default Inpainting forRefiner() {
        return this;
    }

    /** The same after new noise was added to the picture. */
    default Inpainting withNoise(float[] noise) {
        return this;
    }
}
