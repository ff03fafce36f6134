package io.atelier.gateway.doors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.message.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A call of OpenAI's Images API in our words. Beyond that API every input of ours may be given under its own name, such as
 * {@code seed} or {@code negative_prompt}; clients have a way to send fields that they do not know.
 *
 * @see "openai/openai-node resources/images.ts, ImageGenerateParams"
 */
final class ImageCall {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");
    private static final String AUTO = "auto";

    /** Of OpenAI's own models, those that answer with bytes always. */
    private static final Pattern BYTES_ONLY_MODEL = Pattern.compile("gpt-image.*|chatgpt-image.*");

    /** Fields of that API that are no inputs of a picture. */
    private static final List<String> OTHERS = List.of(
            "model",
            "n",
            "size",
            "response_format",
            "output_format",
            "output_compression",
            "quality",
            "style",
            "background",
            "moderation",
            "user",
            "stream",
            "partial_images");

    /** Our field, theirs. */
    private static final Map<String, String> THEIR_FIELDS = Map.of(
            "input.num_images", "n",
            "input.width", "size",
            "input.height", "size",
            "output.format", "output_format",
            "output.quality", "output_compression");

    private final JsonNode call;
    private final ModelNames models;

    private ImageCall(JsonNode call, ModelNames models) {
        this.call = call;
        this.models = models;
    }

    /**
     * @param request    in our words
     * @param wantsBytes whether the pictures themselves are to be given instead of their URLs
     */
    record Drawing(ObjectNode request, boolean wantsBytes) {}

    /** @throws GenerationException INVALID_REQUEST, in the words of this API */
    static Drawing read(JsonNode call, ModelNames models) {
        ImageCall read = new ImageCall(call, models);
        return new Drawing(read.toRequest(), read.wantsBytes());
    }

    private boolean wantsBytes() {
        String format = call.path("response_format").asText("null");
        switch (format) {
            case "b64_json":
                return true;
            case "url":
                return false;
            case "null":
                return BYTES_ONLY_MODEL.matcher(call.path("model").asText()).matches();
            default:
                throw wrong("response_format", "must be url or b64_json");
        }
    }

    private ObjectNode toRequest() {
        if (call.path("stream").asBoolean()) {
            throw wrong("stream", "is not supported: ask for the whole picture, or follow a generation by its events");
        }
        ObjectNode input = Json.mapper().createObjectNode();
        call.properties().stream()
                .filter(field -> !OTHERS.contains(field.getKey()))
                .forEach(field -> input.set(field.getKey(), field.getValue()));
        if (call.hasNonNull("n")) {
            input.set("num_images", call.get("n"));
        }
        size(input);
        ObjectNode request = Json.mapper().createObjectNode();
        request.set("input", input);
        if (call.hasNonNull("model") && !call.get("model").isTextual()) {
            throw wrong("model", "must be a string");
        }
        models.ours(call.path("model").asText()).ifPresent(model -> request.put("model", model));
        ObjectNode output = request.putObject("output");
        output.set("format", call.get("output_format"));
        output.set("quality", call.get("output_compression"));
        return request;
    }

    private void size(ObjectNode input) {
        if (!call.hasNonNull("size") || call.get("size").asText().equals(AUTO)) {
            return;
        }
        Matcher size = SIZE.matcher(call.get("size").asText());
        if (!size.matches()) {
            throw wrong("size", "must be WIDTHxHEIGHT in pixels, such as 1024x1024, or auto");
        }
        input.put("width", Integer.parseInt(size.group(1)));
        input.put("height", Integer.parseInt(size.group(2)));
    }

    private GenerationException wrong(String field, String message) {
        String value = call.get(field).toString();
        return new GenerationException(
                ErrorCode.INVALID_REQUEST,
                field + " " + message + " (was " + value + ")",
                List.of(new FieldError(field, message, value)));
    }

    /** The same mistakes in the names that the caller used. */
    static GenerationException inTheirWords(GenerationException ours) {
        if (ours.details().isEmpty()) {
            return ours;
        }
        List<FieldError> details = new ArrayList<>();
        for (FieldError error : ours.details()) {
            String field = THEIR_FIELDS.getOrDefault(error.field(), error.field());
            details.add(new FieldError(field.replaceFirst("^input\\.", ""), error.message(), error.value()));
        }
        String message = details.stream()
                .map(e ->
                        (e.field() + " " + e.message() + (e.value() == null ? "" : " (was " + e.value() + ")")).trim())
                .distinct()
                .collect(Collectors.joining("; "));
        return new GenerationException(ours.code(), message, details);
    }
}
