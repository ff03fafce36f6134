package io.atelier.sdxl.scheduler;

/** What the UNet was trained to predict. */
public enum PredictionType {
    EPSILON,
    V_PREDICTION,
    SAMPLE
}
