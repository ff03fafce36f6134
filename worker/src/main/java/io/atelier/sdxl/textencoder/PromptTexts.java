package io.atelier.sdxl.textencoder;

import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.PromptSyntax;
import java.util.List;
import java.util.Optional;

/**
 * The texts for the encoders of a model, first to last. A model with one encoder takes the first of each, even when that
 * encoder is SDXL's second: so does diffusers' refiner pipeline.
 *
 * @param negative empty when no negative prompt was given
 * @see "diffusers pipeline_stable_diffusion_xl_img2img.py, encode_prompt, zip(prompts, tokenizers, text_encoders)"
 */
public record PromptTexts(List<String> positive, Optional<List<String>> negative, PromptSyntax syntax) {

    public static PromptTexts of(GenerationParameters parameters) {
        return new PromptTexts(
                pair(parameters.prompt(), parameters.prompt2()),
                parameters.negativePrompt().map(text -> pair(text, parameters.negativePrompt2())),
                parameters.promptSyntax());
    }

    // An empty second text counts as none, as in diffusers.
    private static List<String> pair(String first, Optional<String> second) {
        return List.of(first, second.filter(text -> !text.isEmpty()).orElse(first));
    }
}
