package io.atelier.message;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.FieldError;
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

    /** The schema counts characters. */
    private static final int MAX_METADATA_BYTES = 256;

    private static final List<String> PROMPTS = List.of("prompt", "prompt_2", "negative_prompt", "negative_prompt_2");

    /**
     * One entry per field over its limit. Looks at the JSON, not at the bound record, so that a request with other mistakes
     * hears of all of them at once; a value of the wrong type is left to the schema.
     */
    List<FieldError> check(JsonNode request) {
        List<FieldError> errors = new ArrayList<>();
        JsonNode input = request.path("input");
        PROMPTS.forEach(name -> bytes(errors, "input." + name, input.path(name), maxPromptBytes));
        request.path("metadata")
                .fields()
                .forEachRemaining(
                        entry -> bytes(errors, "metadata." + entry.getKey(), entry.getValue(), MAX_METADATA_BYTES));
        atMost(errors, "width", input.path("width"), maxSide);
        atMost(errors, "height", input.path("height"), maxSide);
        atMost(errors, "num_images", input.path("num_images"), maxImages);
        atMost(errors, "num_inference_steps", input.path("num_inference_steps"), maxSteps);
        steps(errors, "timesteps", input.path("timesteps").size());
        steps(errors, "sigmas", input.path("sigmas").size() - 1);
        atMost(errors, "refiner.steps", input.path("refiner").path("steps"), maxSteps);
        if (errors.isEmpty()) {
            pixels(errors, input.path("width"), input.path("height"));
        }
        return errors;
    }

    private void pixels(List<FieldError> errors, JsonNode width, JsonNode height) {
        if (width.canConvertToInt() && height.canConvertToInt() && width.asLong() * height.asLong() > maxPixels) {
            errors.add(new FieldError(
                    "input.width",
                    "width times height must be at most " + maxPixels + " pixels",
                    width.asLong() + "x" + height.asLong()));
        }
    }

    private static void bytes(List<FieldError> errors, String field, JsonNode text, int limit) {
        int bytes = text.isTextual() ? text.textValue().getBytes(StandardCharsets.UTF_8).length : 0;
        if (bytes > limit) {
            errors.add(new FieldError(
                    field,
                    "must be at most " + limit + " bytes of UTF-8, not " + bytes,
                    SchemaValidator.shortened(text)));
        }
    }

    private void steps(List<FieldError> errors, String name, int steps) {
        if (steps > maxSteps) {
            errors.add(new FieldError("input." + name, "must be at most " + maxSteps + " steps", steps + " steps"));
        }
    }

    private static void atMost(List<FieldError> errors, String name, JsonNode value, int limit) {
        if (value.isNumber() && value.asDouble() > limit) {
            errors.add(new FieldError("input." + name, "must be at most " + limit, value.toString()));
        }
    }
}
