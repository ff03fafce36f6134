package io.atelier.sdxl;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.model.ModelFolder;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * {@code atelier.json}, which a base model's folder may hold: defaults for requests that leave them open, and how to preview its
 * latents. What it does not say is as in other models. It is no part of the model's digest: what a picture was drawn with is
 * echoed anyway.
 */
final class DefaultsFile {
    static final String NAME = "atelier.json";
    private static final int MOST_STEPS = 1000;
    private static final int SIDE_MULTIPLE = 8;

    private final ModelFolder folder;
    private final JsonNode content;

    private DefaultsFile(ModelFolder folder, JsonNode content) {
        this.folder = folder;
        this.content = content;
    }

    /** Without any content if there is no such file. */
    static DefaultsFile read(ModelFolder folder) {
        return new DefaultsFile(folder, folder.optionalJson(NAME));
    }

    /** @throws GenerationException MODEL_INVALID naming the first field that is wrong, and its value */
    void check() {
        over(ModelDefaults.of(new ImageSize(SIDE_MULTIPLE, SIDE_MULTIPLE)));
        preview();
    }

    /** @throws GenerationException MODEL_INVALID naming the field and its value */
    ModelDefaults over(ModelDefaults usual) {
        return new ModelDefaults(
                field("native_size").map(this::size).orElse(usual.nativeSize()),
                field("num_inference_steps").map(this::steps).orElse(usual.numInferenceSteps()),
                field("guidance_scale").map(this::guidanceScale).orElse(usual.guidanceScale()),
                field("refiner").map(this::refinement).orElse(usual.refinement()));
    }

    /** @throws GenerationException MODEL_INVALID naming the field and its value */
    Optional<LatentPreview> preview() {
        return field("preview").map(preview -> {
            JsonNode rows = preview.path("factors");
            require(rows.size() == LatentPreview.CHANNELS, "preview.factors", rows, "four lists of three numbers");
            double[][] factors = new double[rows.size()][];
            for (int i = 0; i < factors.length; i++) {
                factors[i] = colour("preview.factors[" + i + "]", rows.get(i));
            }
            return new LatentPreview(factors, colour("preview.bias", preview.path("bias")));
        });
    }

    private Optional<JsonNode> field(String name) {
        return Optional.ofNullable(content.get(name));
    }

    private ImageSize size(JsonNode size) {
        Predicate<JsonNode> fits = side -> side.isInt() && side.asInt() > 0 && side.asInt() % SIDE_MULTIPLE == 0;
        String needed = "a positive multiple of " + SIDE_MULTIPLE;
        require(fits.test(size.path("width")), "native_size.width", size.path("width"), needed);
        require(fits.test(size.path("height")), "native_size.height", size.path("height"), needed);
        return new ImageSize(size.get("width").asInt(), size.get("height").asInt());
    }

    private int steps(JsonNode steps) {
        boolean fits = steps.isInt() && steps.asInt() >= 1 && steps.asInt() <= MOST_STEPS;
        require(fits, "num_inference_steps", steps, "a whole number from 1 to " + MOST_STEPS);
        return steps.asInt();
    }

    private double guidanceScale(JsonNode scale) {
        boolean fits = scale.isNumber() && Double.isFinite(scale.asDouble()) && scale.asDouble() >= 0;
        require(fits, "guidance_scale", scale, "a number from 0 on");
        return scale.asDouble();
    }

    private Refinement refinement(JsonNode refiner) {
        String mode = refiner.path("mode").asText();
        switch (mode) {
            case "none":
                return Refinement.none();
            case "image":
                return new Refinement.Image(
                        Refinement.DEFAULT_STRENGTH,
                        GenerationParameters.DEFAULT_STEPS,
                        Refinement.DEFAULT_AESTHETIC_SCORE,
                        Refinement.DEFAULT_NEGATIVE_AESTHETIC_SCORE);
            case "ensemble":
                return Refinement.ensemble(Optional.ofNullable(refiner.get("switch_at"))
                        .map(this::switchAt)
                        .orElse(Refinement.DEFAULT_SWITCH_AT));
            default:
                throw invalid("refiner.mode", refiner.path("mode"), "none, ensemble or image");
        }
    }

    private double switchAt(JsonNode switchAt) {
        boolean fits = switchAt.isNumber() && switchAt.asDouble() > 0 && switchAt.asDouble() < 1;
        require(fits, "refiner.switch_at", switchAt, "a number between 0 and 1");
        return switchAt.asDouble();
    }

    private double[] colour(String name, JsonNode values) {
        require(values.size() == LatentPreview.COLOURS, name, values, "three numbers");
        double[] colour = new double[values.size()];
        for (int i = 0; i < colour.length; i++) {
            JsonNode value = values.get(i);
            require(value.isNumber() && Double.isFinite(value.asDouble()), name, values, "three numbers");
            colour[i] = value.asDouble();
        }
        return colour;
    }

    private void require(boolean fits, String field, JsonNode value, String needed) {
        if (!fits) {
            throw invalid(field, value, needed);
        }
    }

    private GenerationException invalid(String field, JsonNode value, String needed) {
        String said = value.isMissingNode() ? "lacks " + field : "says " + field + " " + value;
        return folder.invalid(NAME, said + "; needed: " + needed);
    }
}
