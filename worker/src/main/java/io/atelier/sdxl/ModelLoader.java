package io.atelier.sdxl;

import static io.atelier.sdxl.model.ModelLayout.MODEL_INDEX;
import static io.atelier.sdxl.model.ModelLayout.SCHEDULER;
import static io.atelier.sdxl.model.ModelLayout.TEXT_ENCODER;
import static io.atelier.sdxl.model.ModelLayout.TEXT_ENCODER_2;
import static io.atelier.sdxl.model.ModelLayout.TOKENIZER;
import static io.atelier.sdxl.model.ModelLayout.TOKENIZER_2;
import static io.atelier.sdxl.model.ModelLayout.UNET;
import static io.atelier.sdxl.model.ModelLayout.VAE_DECODER;
import static io.atelier.sdxl.model.ModelLayout.VAE_ENCODER;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.ort.OrtSessions;
import io.atelier.sdxl.model.ModelDigest;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.model.ModelLayout;
import io.atelier.sdxl.scheduler.SchedulerConfig;
import io.atelier.sdxl.scheduler.Schedulers;
import io.atelier.sdxl.textencoder.EncodedTextCache;
import io.atelier.sdxl.textencoder.PromptEncoder;
import io.atelier.sdxl.textencoder.TextEncoder;
import io.atelier.sdxl.tokenizer.ClipTokenizer;
import io.atelier.sdxl.unet.UNet;
import io.atelier.sdxl.vae.VaeDecoder;
import io.atelier.sdxl.vae.VaeEncoder;
import io.atelier.sdxl.vae.VaeTiling;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads the folders of an optimum export. All files must be there before anything large is read, and small ones are
 * checked before the graph beside them, so that most mistakes show at once.
 */
final class ModelLoader {
    private static final String BASE_CLASS = "StableDiffusionXLPipeline";
    private static final String INPAINTING_CLASS = "StableDiffusionXLInpaintPipeline";
    private static final String REFINER_CLASS = "StableDiffusionXLImg2ImgPipeline";
    private static final int SIZE_TIME_IDS = 6;
    private static final int AESTHETIC_TIME_IDS = 5;

    private final ModelFolder baseFolder;
    private final Optional<ModelFolder> refinerFolder;
    private final OrtSessions sessions;
    private final VaeTiling tiling;
    private final EncodedTextCache textCache;
    private final DefaultsFile defaultsFile;

    ModelLoader(Path base, Optional<Path> refiner, OrtSessions sessions, VaeTiling tiling, EncodedTextCache textCache) {
        this.baseFolder = ModelFolder.at(base);
        this.refinerFolder = refiner.map(ModelFolder::at);
        this.textCache = textCache;
        this.defaultsFile = DefaultsFile.read(baseFolder);
        this.sessions = sessions;
        this.tiling = tiling;
    }

    /** What there is to draw with, and what it is. */
    record LoadedModels(
            DiffusionModel base,
            Optional<DiffusionModel> refiner,
            VaeDecoder vae,
            Optional<VaeEncoder> vaeEncoder,
            ModelDescription description) {}

    LoadedModels load() {
        checkFiles();
        // Files are hashed and vocabularies read while the runtime loads graphs, which takes one core for most of the
        // time.
        InBackground<ModelDigest> digest = InBackground.start("model-digest", this::readDigest);
        InBackground<Tokenizers> tokenizers = InBackground.start("tokenizers", this::readTokenizers);
        VaeDecoder vae = VaeDecoder.load(baseFolder.part(VAE_DECODER), sessions, tiling);
        Optional<VaeEncoder> vaeEncoder = baseFolder.has(VAE_ENCODER)
                ? VaeEncoder.load(baseFolder.part(VAE_ENCODER), sessions, tiling)
                : Optional.empty();
        ClipTokenizer secondTokenizer = tokenizers.get().second();
        TextEncoder first =
                TextEncoder.load(baseFolder.part(TEXT_ENCODER), tokenizers.get().first(), textCache, sessions);
        TextEncoder second = pooling(
                TextEncoder.load(baseFolder.part(TEXT_ENCODER_2), secondTokenizer, textCache, sessions), baseFolder);
        DiffusionModel base = diffusionModel(baseFolder, List.of(first, second));
        Optional<DiffusionModel> refiner = refinerFolder.map(
                folder -> refiner(folder, refinerEncoder(folder, second, secondTokenizer, digest.get())));
        return new LoadedModels(
                base,
                refiner,
                vae,
                vaeEncoder,
                description(base, vae, vaeEncoder.isPresent(), digest.get().value()));
    }

    /** Looks at everything that can be wrong without loading a graph. */
    private void checkFiles() {
        requireClass(baseFolder, "base model", BASE_CLASS, INPAINTING_CLASS);
        refinerFolder.ifPresent(this::requireRefiner);
        ModelLayout.BASE.requireFiles(baseFolder);
        refinerFolder.ifPresent(ModelLayout.REFINER::requireFiles);
        defaultsFile.check();
        schedulerName(baseFolder); // the refiner is drawn with the base's, whatever its own file names
    }

    private ModelDigest readDigest() {
        ModelDigest digest = new ModelDigest().add("base", baseFolder, ModelLayout.BASE.parts(baseFolder));
        if (baseFolder.has(VAE_ENCODER)) {
            digest.add("base", baseFolder, List.of(VAE_ENCODER));
        }
        refinerFolder.ifPresent(folder -> digest.add("refiner", folder, ModelLayout.REFINER.parts(folder)));
        return digest;
    }

    /** The base model's. */
    private record Tokenizers(ClipTokenizer first, ClipTokenizer second) {}

    private Tokenizers readTokenizers() {
        ClipTokenizer first = ClipTokenizer.load(baseFolder.part(TOKENIZER));
        return new Tokenizers(first, ClipTokenizer.load(baseFolder.part(TOKENIZER_2), first));
    }

    private void requireRefiner(ModelFolder folder) {
        requireClass(folder, "refiner", REFINER_CLASS);
        if (!requiresAestheticsScore(folder.json(MODEL_INDEX))) {
            throw folder.invalid(MODEL_INDEX, "does not say requires_aesthetics_score, as every SDXL refiner does");
        }
    }

    private static void requireClass(ModelFolder folder, String what, String... expected) {
        String name = folder.json(MODEL_INDEX).path("_class_name").asText();
        if (Stream.of(expected).noneMatch(name::endsWith)) { // exports put a prefix before it
            throw folder.invalid(
                    MODEL_INDEX,
                    "describes no SDXL " + what + " but \"" + name + "\" (" + String.join(" or ", expected)
                            + " needed)");
        }
    }

    /**
     * The published refiner reads prompts with the base model's second encoder, which is large: it is loaded once. Its
     * configuration may differ, as it tells where and with what it was exported.
     */
    private TextEncoder refinerEncoder(
            ModelFolder folder, TextEncoder baseSecond, ClipTokenizer baseTokenizer, ModelDigest digest) {
        if (!folder.has(TEXT_ENCODER_2)) {
            return baseSecond;
        }
        if (!folder.has(TOKENIZER_2)) {
            throw folder.invalid(
                    TEXT_ENCODER_2, "has no " + TOKENIZER_2 + " beside it; needed: both or none of the two");
        }
        ClipTokenizer tokenizer = ClipTokenizer.load(folder.part(TOKENIZER_2), baseTokenizer);
        if (digest.same("base/" + TEXT_ENCODER_2, "refiner/" + TEXT_ENCODER_2, TextEncoder.CONFIG)) {
            return baseSecond.with(tokenizer);
        }
        return pooling(TextEncoder.load(folder.part(TEXT_ENCODER_2), tokenizer, textCache, sessions), folder);
    }

    private static TextEncoder pooling(TextEncoder encoder, ModelFolder folder) {
        if (encoder.pooledSize() < 1) {
            throw folder.invalid(TEXT_ENCODER_2 + "/model.onnx", "has no output \"text_embeds\", which the UNet needs");
        }
        return encoder;
    }

    private DiffusionModel refiner(ModelFolder folder, TextEncoder encoder) {
        DiffusionModel refiner = diffusionModel(folder, List.of(encoder));
        if (refiner.unet().needsMask()) {
            throw folder.part(UNET).invalid("config.json", "has the in_channels of inpainting; no refiner has them");
        }
        return refiner;
    }

    private DiffusionModel diffusionModel(ModelFolder folder, List<TextEncoder> encoders) {
        JsonNode index = folder.json(MODEL_INDEX);
        PromptEncoder prompts = new PromptEncoder(
                encoders, index.path("force_zeros_for_empty_prompt").asBoolean(true));
        int timeIds = requiresAestheticsScore(index) ? AESTHETIC_TIME_IDS : SIZE_TIME_IDS;
        UNet unet = UNet.load(folder.part(UNET), prompts.hiddenSize(), prompts.pooledSize(), timeIds, sessions);
        return new DiffusionModel(prompts, unet, SchedulerConfig.load(folder.part(SCHEDULER)));
    }

    private ModelDescription description(DiffusionModel base, VaeDecoder vae, boolean readsImages, String digest) {
        ModelDefaults defaults = defaultsFile.over(ModelDefaults.of(nativeSize(vae)));
        return new ModelDescription(
                baseFolder.json(MODEL_INDEX).path("_class_name").asText(),
                refinerFolder.isPresent() ? defaults : defaults.withoutRefiner(),
                defaultsFile.preview().or(() -> LatentPreview.forScalingFactor(vae.scalingFactor())),
                refinerFolder.isPresent(),
                Schedulers.names(),
                schedulerName(baseFolder),
                base.schedulerConfig().sigmaSchedule(),
                base.schedulerConfig().timestepSpacing(),
                digest,
                readsImages,
                base.unet().needsMask());
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

    private static String schedulerName(ModelFolder folder) {
        ModelFolder part = folder.part(SCHEDULER);
        SchedulerConfig config = SchedulerConfig.load(part);
        return Schedulers.nameOf(config)
                .orElseThrow(() -> part.invalid(
                        "scheduler_config.json",
                        "names a scheduler that is not there: " + config.className() + "; available: "
                                + String.join(", ", Schedulers.names())));
    }
}
