package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How far a running generation is.
 *
 * @param stage   {@code encode_prompt}, {@code base}, {@code refiner}, {@code vae} or {@code upload}
 * @param step    finished denoising steps, over base and refiner together and over all images
 * @param steps   all denoising steps
 * @param preview what the picture looks like so far, small, as a {@code data:} URL of a JPEG file; null without one
 */
public record Progress(
        String stage,
        int step,
        int steps,
        @JsonInclude(JsonInclude.Include.NON_NULL) String preview) {

    public Progress(String stage, int step, int steps) {
        this(stage, step, steps, null);
    }
}
