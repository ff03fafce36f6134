package io.atelier.sdxl;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.ort.OrtSessions;
import io.atelier.sdxl.model.ModelDigest;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.scheduler.SchedulerConfig;
import io.atelier.sdxl.scheduler.Schedulers;
import io.atelier.sdxl.textencoder.PromptEncoder;
import io.atelier.sdxl.textencoder.TextEncoder;
import io.atelier.sdxl.unet.UNet;
import io.atelier.sdxl.vae.VaeDecoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads the folders of an optimum export. Small files are read and checked before the graph beside them, so that most
 * mistakes show at once.
 */
final class ModelLoader {
    private static final String MODEL_INDEX = "model_index.json";
    private static final String TEXT_ENCODER = "text_encoder";
    private static final String TEXT_ENCODER_2 = "text_encoder_2";
    private static final String TOKENIZER = "tokenizer";
    private static final String TOKENIZER_2 = "tokenizer_2";
    private static final String SCHEDULER = "scheduler";
    private static final String UNET = "unet";
    private static final String VAE_DECODER = "vae_decoder";
    private static final int SIZE_TIME_IDS = 6;
    private static final int AESTHETIC_TIME_IDS = 5;

    private final ModelFolder baseFolder;
    private final Optional<ModelFolder> refinerFolder;
    private final OrtSessions sessions;
    private final ModelDigest digest = new ModelDigest();

    ModelLoader(Path base, Optional<Path> refiner, OrtSessions sessions) {
        this.baseFolder = ModelFolder.at(base);
        this.refinerFolder = refiner.map(ModelFolder::at);
        this.sessions = sessions;
    }

    /** What there is to draw with, and what it is. */
    record LoadedModels(
            DiffusionModel base, Optional<DiffusionModel> refiner, VaeDecoder vae, ModelDescription description) {}

    LoadedModels load() {
        JsonNode index = baseIndex();
        refinerFolder.ifPresent(this::refinerIndex);
        digest.add(
                "base",
                baseFolder,
                List.of(
                        MODEL_INDEX,
                        SCHEDULER,
                        TOKENIZER,
                        TOKENIZER_2,
                        TEXT_ENCODER,
                        TEXT_ENCODER_2,
                        UNET,
                        VAE_DECODER));
        refinerFolder.ifPresent(folder ->
                digest.add("refiner", folder, List.of(MODEL_INDEX, SCHEDULER, TOKENIZER_2, TEXT_ENCODER_2, UNET)));

        SchedulerConfig scheduler = SchedulerConfig.load(baseFolder.part(SCHEDULER));
        String schedulerName = schedulerName(baseFolder, scheduler);
        TextEncoder second = textEncoder(baseFolder, TEXT_ENCODER_2, TOKENIZER_2);
        TextEncoder first = textEncoder(baseFolder, TEXT_ENCODER, TOKENIZER);
        DiffusionModel base = diffusionModel(baseFolder, index, scheduler, List.of(first, second));
        Optional<DiffusionModel> refiner = refinerFolder.map(folder -> refiner(folder, schedulerName, second));
        VaeDecoder vae = VaeDecoder.load(baseFolder.part(VAE_DECODER), sessions);
        ModelDescription description = new ModelDescription(
                index.path("_class_name").asText(),
                nativeSize(vae),
                refiner.isPresent(),
                Schedulers.names(),
                schedulerName,
                scheduler.sigmaSchedule(),
                scheduler.timestepSpacing(),
                digest.value());
        return new LoadedModels(base, refiner, vae, description);
    }

    private JsonNode baseIndex() {
        JsonNode index = baseFolder.json(MODEL_INDEX);
        String name = index.path("_class_name").asText();
        if (!name.endsWith("StableDiffusionXLPipeline")) {
            throw baseFolder.invalid(
                    MODEL_INDEX,
                    "describes no SDXL base model but \"" + name + "\" (StableDiffusionXLPipeline needed)");
        }
        return index;
    }

    private JsonNode refinerIndex(ModelFolder folder) {
        JsonNode index = folder.json(MODEL_INDEX);
        String name = index.path("_class_name").asText();
        if (!name.endsWith("StableDiffusionXLImg2ImgPipeline")) {
            throw folder.invalid(
                    MODEL_INDEX,
                    "describes no SDXL refiner but \"" + name + "\" (StableDiffusionXLImg2ImgPipeline needed)");
        }
        if (!requiresAestheticsScore(index)) {
            throw folder.invalid(MODEL_INDEX, "does not say requires_aesthetics_score, as every SDXL refiner does");
        }
        return index;
    }

    private DiffusionModel refiner(ModelFolder folder, String baseScheduler, TextEncoder baseSecond) {
        SchedulerConfig scheduler = SchedulerConfig.load(folder.part(SCHEDULER));
        if (!schedulerName(folder, scheduler).equals(baseScheduler)) {
            // Latents of different algorithms are scaled differently, and would be handed over as they are.
            throw folder.part(SCHEDULER)
                    .invalid(
                            "scheduler_config.json",
                            "names another scheduler than the base model: " + scheduler.className());
        }
        // The published refiner reads prompts with the base model's second encoder, which is large: load it once.
        boolean isShared = digest.same("base/" + TEXT_ENCODER_2, "refiner/" + TEXT_ENCODER_2)
                && digest.same("base/" + TOKENIZER_2, "refiner/" + TOKENIZER_2);
        TextEncoder encoder = isShared ? baseSecond : textEncoder(folder, TEXT_ENCODER_2, TOKENIZER_2);
        return diffusionModel(folder, refinerIndex(folder), scheduler, List.of(encoder));
    }

    private DiffusionModel diffusionModel(
            ModelFolder folder, JsonNode index, SchedulerConfig scheduler, List<TextEncoder> encoders) {
        PromptEncoder prompts = new PromptEncoder(
                encoders, index.path("force_zeros_for_empty_prompt").asBoolean(true));
        int timeIds = requiresAestheticsScore(index) ? AESTHETIC_TIME_IDS : SIZE_TIME_IDS;
        UNet unet = UNet.load(folder.part(UNET), prompts.hiddenSize(), prompts.pooledSize(), timeIds, sessions);
        return new DiffusionModel(prompts, unet, scheduler);
    }

    private TextEncoder textEncoder(ModelFolder folder, String encoder, String tokenizer) {
        return TextEncoder.load(folder.part(encoder), folder.part(tokenizer), sessions);
    }

    private ImageSize nativeSize(VaeDecoder vae) {
        int latents =
                baseFolder.part(UNET).json("config.json").path("sample_size").asInt();
        if (latents < 1) {
            throw baseFolder.part(UNET).invalid("config.json", "has no sample_size");
        }
        return new ImageSize(latents * vae.vaeScaleFactor(), latents * vae.vaeScaleFactor());
    }

    private static boolean requiresAestheticsScore(JsonNode index) {
        return index.path("requires_aesthetics_score").asBoolean(false);
    }

    private static String schedulerName(ModelFolder folder, SchedulerConfig config) {
        return Schedulers.nameOf(config.className())
                .orElseThrow(() -> folder.part(SCHEDULER)
                        .invalid(
                                "scheduler_config.json",
                                "names a scheduler that is not there: " + config.className() + "; available: "
                                        + String.join(", ", Schedulers.names())));
    }
}
