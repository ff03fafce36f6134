package io.atelier.sdxl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.atelier.sdxl.scheduler.InferenceSteps;
import io.atelier.sdxl.scheduler.SigmaSchedule;
import io.atelier.sdxl.scheduler.SolverType;
import io.atelier.sdxl.scheduler.TimestepSpacing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A picture that diffusers drew, and what happened on the way (deploy/golden/make_cases.py and make_variants.py).
 *
 * @param folder   holds the picture, as NAME.png
 * @param request  in the words of deploy/golden/cases.py
 * @param expected token ids, and stage by stage embeddings, time ids and latents
 */
record GoldenCase(String name, Path folder, JsonNode request, JsonNode expected) {
    private static final List<String> FOLDERS = List.of(
            "/golden/cases",
            "/variants/v-prediction",
            "/variants/legacy",
            "/variants/stability-2023",
            "/variants/half",
            "/variants/external-data",
            "/variants/other-sizes");

    static List<GoldenCase> all() {
        List<GoldenCase> cases = new ArrayList<>();
        for (String name : FOLDERS) {
            Path folder = resource(name);
            for (JsonNode one : read(folder.resolve("cases.json"))) {
                cases.add(new GoldenCase(one.get("name").asText(), folder, one.get("request"), one));
            }
        }
        return cases;
    }

    private static Path resource(String name) {
        try {
            return Path.of(GoldenCase.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /** Which model draws it: the embedded one unless it says otherwise. */
    String model() {
        return request.path("model").asText(isTiled() ? "tiled" : isBatch() ? "batching" : "tiny");
    }

    private boolean isTiled() {
        return request.path("tiled").asBoolean();
    }

    private boolean isBatch() {
        return request.has("num_images");
    }

    /** Which of the pictures of the request this is. */
    int index() {
        return request.path("index").asInt();
    }

    /** Weighted prompts are the only ones that diffusers itself does not read. */
    boolean isWeighted() {
        return request.path("syntax").asText().equals("weighted");
    }

    String text(String key, String otherwise) {
        return request.path(key).asText(otherwise);
    }

    RgbImage picture() {
        return Golden.picture(folder.resolve(name + ".png"));
    }

    GenerationParameters parameters() {
        GenerationParameters.Builder builder = GenerationParameters.builder(
                        request.get("prompt").asText())
                .promptSyntax(isWeighted() ? PromptSyntax.WEIGHTED : PromptSyntax.PLAIN)
                .seed(request.get("seed").asLong())
                .numImages(request.path("num_images").asInt(1))
                .steps(steps())
                .eta(request.path("eta").asDouble())
                .guidanceScale(request.path("guidance_scale").asDouble(5))
                .guidanceRescale(request.path("guidance_rescale").asDouble(0))
                .sigmaSchedule(SigmaSchedule.valueOf(upper("sigmas", "default")))
                .refinement(refinement())
                .microConditions(new MicroConditions(
                        size("original_size"),
                        crop("crop"),
                        size("target_size"),
                        size("negative_original_size"),
                        crop("negative_crop"),
                        size("negative_target_size")));
        if (request.has("spacing")) {
            builder.timestepSpacing(TimestepSpacing.valueOf(upper("spacing", "")));
        }
        optional("solver_type")
                .map(t -> SolverType.valueOf(upper("solver_type", "")))
                .ifPresent(builder::solverType);
        optional("scheduler").map(JsonNode::asText).ifPresent(builder::scheduler);
        optional("prompt_2").map(JsonNode::asText).ifPresent(builder::prompt2);
        optional("negative_prompt").map(JsonNode::asText).ifPresent(builder::negativePrompt);
        optional("negative_prompt_2").map(JsonNode::asText).ifPresent(builder::negativePrompt2);
        optional("clip_skip").map(JsonNode::asInt).ifPresent(builder::clipSkip);
        start().ifPresent(builder::start);
        if (request.has("width")) {
            builder.size(request.get("width").asInt(), request.get("height").asInt());
        } else if (!request.has("image")) {
            builder.size(128, 128);
        }
        return builder.build();
    }

    private InferenceSteps steps() {
        if (request.has("timesteps")) {
            return InferenceSteps.at(values("timesteps").map(JsonNode::asInt).toList());
        }
        if (request.has("sigma_list")) {
            return InferenceSteps.through(
                    values("sigma_list").map(JsonNode::asDouble).toList());
        }
        return InferenceSteps.of(request.get("steps").asInt());
    }

    private Stream<JsonNode> values(String key) {
        return StreamSupport.stream(request.get(key).spliterator(), false);
    }

    private Refinement refinement() {
        double score = request.path("aesthetic_score").asDouble(6);
        double negativeScore = request.path("negative_aesthetic_score").asDouble(2.5);
        if (request.has("switch_at")) {
            return new Refinement.Ensemble(request.get("switch_at").asDouble(), score, negativeScore);
        }
        if (request.has("refiner_strength")) {
            return new Refinement.Image(
                    request.get("refiner_strength").asDouble(),
                    request.get("refiner_steps").asInt(),
                    score,
                    negativeScore);
        }
        return Refinement.none();
    }

    private Optional<StartImage> start() {
        return optional("image")
                .map(image -> new StartImage(
                        PictureFiles.picture(image.asText()),
                        request.get("strength").asDouble(),
                        optional("mask").map(mask -> PictureFiles.picture(mask.asText()))));
    }

    private Optional<PixelSize> size(String key) {
        return optional(key)
                .map(size -> new PixelSize(size.get(0).asInt(), size.get(1).asInt()));
    }

    private CropOffset crop(String key) {
        return optional(key)
                .map(crop -> new CropOffset(crop.get(0).asInt(), crop.get(1).asInt()))
                .orElse(CropOffset.NONE);
    }

    private Optional<JsonNode> optional(String key) {
        return Optional.ofNullable(request.get(key));
    }

    private String upper(String key, String otherwise) {
        return text(key, otherwise).toUpperCase(Locale.ROOT);
    }
}
