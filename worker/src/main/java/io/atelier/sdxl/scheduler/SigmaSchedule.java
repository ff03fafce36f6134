package io.atelier.sdxl.scheduler;

/** How the noise levels fall from the first step to the last. */
public enum SigmaSchedule {
    /** As in training, at the timesteps that the spacing chose. */
    DEFAULT,
    KARRAS,
    EXPONENTIAL,
    BETA
}
