package io.atelier.gateway.doors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.job.GenerationInput;
import io.atelier.message.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Between the names of cog-sdxl, which clients of Replicate use for SDXL, and ours. What it does not know keeps its name, so
 * that every input of ours can be given, too; what is left open is as the model says, not as cog-sdxl would have it.
 *
 * @see "replicate/cog-sdxl predict.py"
 */
final class CogInput {
    /** cog-sdxl's name, ours. */
    private static final Map<String, String> NAMES = Map.of(
            "num_outputs", "num_images",
            "prompt_strength", "strength",
            "mask", "mask_image");

    private static final Map<String, String> SCHEDULERS = Map.of(
            "K_EULER", "euler",
            "K_EULER_ANCESTRAL", "euler_ancestral",
            "HeunDiscrete", "heun",
            "DPMSolverMultistep", "dpmpp_2m",
            "DDIM", "ddim",
            "PNDM", "pndm");

    /** DPM-Solver++ with Karras' noise levels. */
    private static final String KARRAS = "KarrasDPM";

    private static final Map<String, String> REFINER_MODES = Map.of(
            "no_refiner", "none",
            "expert_ensemble_refiner", "ensemble",
            "base_image_refiner", "image");

    /** Read into the refiner's settings. */
    private static final List<String> OF_REFINER = List.of("refine", "high_noise_frac", "refine_steps");

    /** Without meaning here: pictures are neither marked nor judged, and without weights to mix in there is no share of them. */
    private static final List<String> IDLE = List.of("apply_watermark", "disable_safety_checker", "lora_scale");

    private static final String WEIGHTS = "replicate_weights";

    private CogInput() {}

    /** @throws GenerationException UNSUPPORTED for weights of one's own */
    static ObjectNode toOurs(ObjectNode cog) {
        if (cog.path(WEIGHTS).isTextual() && !cog.path(WEIGHTS).textValue().isEmpty()) {
            String message = "is not supported: the workers' model draws as it is";
            throw new GenerationException(
                    ErrorCode.UNSUPPORTED,
                    "input." + WEIGHTS + " " + message,
                    List.of(new FieldError("input." + WEIGHTS, message, null)));
        }
        ObjectNode ours = Json.mapper().createObjectNode();
        cog.properties().forEach(field -> {
            String name = field.getKey();
            if (!OF_REFINER.contains(name) && !IDLE.contains(name) && !name.equals(WEIGHTS)) {
                ours.set(NAMES.getOrDefault(name, name), field.getValue());
            }
        });
        scheduler(cog.path("scheduler"), ours);
        if (cog.hasNonNull("refine")) {
            ours.set("refiner", refiner(cog));
        }
        return ours;
    }

    /** A name that is none of cog-sdxl's may be one of ours. */
    private static void scheduler(JsonNode name, ObjectNode ours) {
        if (name.asText().equals(KARRAS)) {
            ours.put("scheduler", "dpmpp_2m").put("sigma_schedule", "karras");
        } else if (SCHEDULERS.containsKey(name.asText())) {
            ours.put("scheduler", SCHEDULERS.get(name.asText()));
        }
    }

    private static ObjectNode refiner(ObjectNode cog) {
        ObjectNode refiner = Json.mapper().createObjectNode();
        JsonNode refine = cog.get("refine");
        if (refine.isTextual() && REFINER_MODES.containsKey(refine.textValue())) {
            refiner.put("mode", REFINER_MODES.get(refine.textValue()));
        } else {
            refiner.set("mode", refine);
        }
        if (cog.has("high_noise_frac") && refiner.path("mode").asText().equals("ensemble")) {
            refiner.set("switch_at", cog.get("high_noise_frac"));
        }
        if (cog.has("refine_steps") && refiner.path("mode").asText().equals("image")) {
            refiner.set("steps", cog.get("refine_steps"));
        }
        return refiner;
    }

    /** The same input in cog-sdxl's names, as predictions show it. */
    static ObjectNode ofOurs(GenerationInput input) {
        ObjectNode cog = Json.mapper().createObjectNode();
        ((ObjectNode) Json.mapper().valueToTree(input))
                .properties()
                .forEach(field -> cog.set(cogName(field.getKey()), field.getValue()));
        cog.remove("refiner");
        if (input.scheduler() != null) {
            boolean isKarras = input.scheduler().equals("dpmpp_2m") && "karras".equals(input.sigmaSchedule());
            cog.put("scheduler", isKarras ? KARRAS : key(SCHEDULERS, input.scheduler()));
        }
        Optional.ofNullable(input.refiner()).map(GenerationInput.Refiner::mode).ifPresent(mode -> {
            cog.put("refine", key(REFINER_MODES, mode));
            cog.putPOJO("high_noise_frac", input.refiner().switchAt());
            cog.putPOJO("refine_steps", input.refiner().steps());
        });
        return cog;
    }

    /** The same mistakes in the names that the caller used. */
    static GenerationException inTheirWords(GenerationException ours) {
        List<FieldError> details = new ArrayList<>();
        for (FieldError error : ours.details()) {
            details.add(new FieldError(theirField(error.field()), error.message(), error.value()));
        }
        if (details.isEmpty()) {
            return ours;
        }
        String message = details.stream()
                .map(e ->
                        (e.field() + " " + e.message() + (e.value() == null ? "" : " (was " + e.value() + ")")).trim())
                .collect(Collectors.joining("; "));
        return new GenerationException(ours.code(), message, details);
    }

    private static String theirField(String field) {
        switch (field) {
            case "input.refiner.mode":
                return "input.refine";
            case "input.refiner.switch_at":
                return "input.high_noise_frac";
            case "input.refiner.steps":
                return "input.refine_steps";
            default:
                return field.startsWith("input.") ? "input." + cogName(field.substring("input.".length())) : field;
        }
    }

    private static String cogName(String ours) {
        return key(NAMES, ours);
    }

    private static String key(Map<String, String> map, String value) {
        return map.entrySet().stream()
                .filter(entry -> entry.getValue().equals(value))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(value);
    }
}
