package io.atelier.job;

/**
 * How far a running generation is.
 *
 * @param stage {@code encode_prompt}, {@code base}, {@code refiner}, {@code vae} or {@code upload}
 * @param step  finished denoising steps, over base and refiner together and over all images
 * @param steps all denoising steps
 */
public record Progress(String stage, int step, int steps) {}
