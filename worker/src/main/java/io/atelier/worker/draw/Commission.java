package io.atelier.worker.draw;

import io.atelier.job.GenerationInput;
import io.atelier.sdxl.GenerationParameters;

/**
 * A request as it will be drawn.
 *
 * @param input      with every default filled in, as events echo it
 * @param parameters the same for the pipeline
 */
public record Commission(GenerationInput input, GenerationParameters parameters) {}
