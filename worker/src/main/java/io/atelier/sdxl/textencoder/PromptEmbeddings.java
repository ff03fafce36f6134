package io.atelier.sdxl.textencoder;

import io.atelier.ort.FloatTensor;
import java.util.List;

/**
 * Prompts as the UNet takes them; B is 2 with guidance (negative first) and 1 without.
 *
 * @param promptEmbeds       float32 [B, 77 or a multiple of it, sum of the encoders' hidden sizes]
 * @param pooledPromptEmbeds float32 [B, projection size]
 * @param warnings           what the submitter should know, such as text that was cut off
 */
public record PromptEmbeddings(FloatTensor promptEmbeds, FloatTensor pooledPromptEmbeds, List<String> warnings) {}
