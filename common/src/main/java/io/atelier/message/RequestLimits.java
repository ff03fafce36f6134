package io.atelier.message;

import io.atelier.error.FieldError;
import io.atelier.job.GenerationInput;
import io.atelier.job.GenerationRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What one request may ask for. The schema says what a request can mean at all; these are the limits of an installation.
 *
 * @param maxSide         pixels of width and of height
 * @param maxPixels       pixels of one picture
 * @param maxSteps        denoising steps
 * @param maxImages       pictures of one request
 * @param maxPromptBytes  UTF-8 bytes of each prompt
 * @param maxRequestBytes bytes of the whole request
 */
public record RequestLimits(
        int maxSide, long maxPixels, int maxSteps, int maxImages, int maxPromptBytes, int maxRequestBytes) {
    public static final RequestLimits DEFAULT = new RequestLimits(2048, 2 * 1024 * 1024, 150, 8, 8 * 1024, 64 * 1024);

    /** One entry per field over its limit. */
    public List<FieldError> check(GenerationRequest request) {
        List<FieldError> errors = new ArrayList<>();
        GenerationInput input = request.input();
        prompt(errors, "input.prompt", input.prompt());
        prompt(errors, "input.prompt_2", input.prompt2());
        prompt(errors, "input.negative_prompt", input.negativePrompt());
        prompt(errors, "input.negative_prompt_2", input.negativePrompt2());
        atMost(errors, "input.width", input.width(), maxSide);
        atMost(errors, "input.height", input.height(), maxSide);
        atMost(errors, "input.num_images", input.numImages(), maxImages);
        atMost(errors, "input.num_inference_steps", input.numInferenceSteps(), maxSteps);
        if (errors.isEmpty() && input.width() != null && input.height() != null) {
            pixels(errors, input.width(), input.height());
        }
        return errors;
    }

    private void pixels(List<FieldError> errors, long width, long height) {
        if (width * height > maxPixels) {
            errors.add(new FieldError(
                    "input.width",
                    "width times height must be at most " + maxPixels + " pixels",
                    width + "x" + height));
        }
    }

    private void prompt(List<FieldError> errors, String field, String text) {
        int bytes = text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > maxPromptBytes) {
            errors.add(new FieldError(
                    field,
                    "must be at most " + maxPromptBytes + " bytes of UTF-8, not " + bytes,
                    '"' + text.substring(0, 40) + "…\""));
        }
    }

    private static void atMost(List<FieldError> errors, String field, Integer value, int limit) {
        if (value != null && value > limit) {
            errors.add(new FieldError(field, "must be at most " + limit, value.toString()));
        }
    }
}
