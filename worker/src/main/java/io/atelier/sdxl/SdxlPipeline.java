package io.atelier.sdxl;

import io.atelier.error.GenerationException;
import io.atelier.ort.ExecutionSettings;
import io.atelier.ort.OrtRun;
import io.atelier.ort.OrtSessions;
import io.atelier.sdxl.ModelLoader.LoadedModels;
import io.atelier.sdxl.noise.TorchGenerator;
import io.atelier.sdxl.scheduler.InferenceSteps;
import io.atelier.sdxl.scheduler.Scheduler;
import io.atelier.sdxl.textencoder.EncodedTextCache;
import io.atelier.sdxl.textencoder.PromptEmbeddings;
import io.atelier.sdxl.unet.AddedConditions;
import io.atelier.sdxl.unet.ClassifierFreeGuidance;
import io.atelier.sdxl.unet.Conditioning;
import io.atelier.sdxl.unet.Denoiser;
import io.atelier.sdxl.unet.Inpainting;
import io.atelier.sdxl.unet.LatentPicture;
import io.atelier.sdxl.unet.LatentShape;
import io.atelier.sdxl.unet.NoisePredictor;
import io.atelier.sdxl.unet.StepRange;
import io.atelier.sdxl.vae.VaeDecoder;
import io.atelier.sdxl.vae.VaeEncoder;
import io.atelier.sdxl.vae.VaeTiling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Draws pictures with Stable Diffusion XL, as diffusers draws them with float32 on a CPU.
 *
 * <p>An instance remembers nothing of a request but its encoded prompts, which changes no picture. Runs are serialised: a
 * second caller waits until the first has its pictures. On a GPU use one and the same thread for all runs (onnxruntime #29351: memory leaks when threads take turns).
 *
 * @see "diffusers pipeline_stable_diffusion_xl.py and pipeline_stable_diffusion_xl_img2img.py, version 0.42"
 */
public final class SdxlPipeline implements AutoCloseable {
    private final OrtSessions sessions;
    private final DiffusionModel base;
    private final Optional<DiffusionModel> refiner;
    private final VaeDecoder vae;
    private final Optional<VaeEncoder> vaeEncoder;
    private final ModelDescription model;
    private final int maxBatch;
    private boolean closed;

    SdxlPipeline(OrtSessions sessions, LoadedModels loaded, int maxBatch) {
        this.sessions = sessions;
        this.base = loaded.base();
        this.refiner = loaded.refiner();
        this.vae = loaded.vae();
        this.vaeEncoder = loaded.vaeEncoder();
        this.model = loaded.description();
        this.maxBatch = maxBatch;
    }

    /** As {@link #load(Path, Optional, ExecutionSettings, VaeTiling)}, always encoding and decoding pictures whole. */
    public static SdxlPipeline load(Path base, Optional<Path> refiner, ExecutionSettings settings) {
        return load(base, refiner, settings, VaeTiling.OFF);
    }

    /**
     * Reads and checks the folders and loads the graphs.
     *
     * @param base    folder of an optimum ONNX export of an SDXL base model
     * @param refiner the same of its refiner
     * @param tiling  when the VAE works in tiles
     * @throws GenerationException MODEL_INVALID with a sentence naming the file that is missing or wrong, UNSUPPORTED if
     *                             the execution provider is not there, OUT_OF_MEMORY
     */
    public static SdxlPipeline load(Path base, Optional<Path> refiner, ExecutionSettings settings, VaeTiling tiling) {
        return load(base, refiner, settings, tiling, EncodedTextCache.DEFAULT_BYTES);
    }

    /**
     * As {@link #load(Path, Optional, ExecutionSettings, VaeTiling)}.
     *
     * @param textCacheBytes memory for prompts that were encoded last; 0 to encode every prompt anew
     */
    public static SdxlPipeline load(
            Path base, Optional<Path> refiner, ExecutionSettings settings, VaeTiling tiling, long textCacheBytes) {
        EncodedTextCache textCache = new EncodedTextCache(textCacheBytes);
        OrtSessions sessions = OrtSessions.create(settings);
        try {
            LoadedModels loaded = new ModelLoader(base, refiner, sessions, tiling, textCache).load();
            return new SdxlPipeline(sessions, loaded, settings.maxBatch());
        } catch (RuntimeException | Error e) {
            sessions.close();
            throw e;
        }
    }

    public ModelDescription model() {
        return model;
    }

    /** As {@link #generate(GenerationParameters, StepListener, Cancellation)}, stopped by the listener only. */
    public GeneratedImages generate(GenerationParameters parameters, StepListener listener) {
        return generate(parameters, listener, new Cancellation());
    }

    /**
     * Draws all pictures of a request, as many at once as the execution settings allow.
     *
     * @param cancellation ends the generation from another thread
     * @throws GenerationException UNSUPPORTED or REFINER_UNAVAILABLE before anything is drawn; INFERENCE_FAILED,
     *                             OUT_OF_MEMORY or NOT_A_NUMBER
     * @throws java.util.concurrent.CancellationException if cancelled
     */
    public synchronized GeneratedImages generate(
            GenerationParameters requested, StepListener listener, Cancellation cancellation) {
        if (closed) {
            throw new IllegalStateException("The pipeline is closed already");
        }
        GenerationParameters parameters = model.complete(requested);
        try (OrtRun run = sessions.newRun()) {
            cancellation.onCancel(run::terminate);
            return draw(parameters, new Progress(listener, cancellation), run);
        }
    }

    private GeneratedImages draw(GenerationParameters parameters, Progress progress, OrtRun run) {
        Set<String> warnings = new LinkedHashSet<>();
        LatentShape shape = LatentShape.of(parameters.size().orElseThrow(), vae.vaeScaleFactor());

        // 1. Prompts, and all that stays the same over steps and pictures
        progress.begin(Stage.ENCODE_PROMPT);
        Scheduler scheduler = base.scheduler(parameters);
        Denoiser baseDenoiser = baseDenoiser(parameters, scheduler, shape, warnings, run);
        Optional<Denoiser> refinerDenoiser = refinerDenoiser(parameters, shape, warnings, run);
        int stepsPerImage =
                baseDenoiser.steps() + refinerDenoiser.map(Denoiser::steps).orElse(0);
        progress.expect(stepsPerImage * parameters.numImages());
        progress.end();

        // 2. Where pictures begin: in noise, or in a given one
        Denoiser first = baseDenoiser.steps() > 0 ? baseDenoiser : refinerDenoiser.orElse(baseDenoiser);
        Beginning beginning = beginning(parameters, shape, scheduler, first, progress, run);

        List<RgbImage> images = new ArrayList<>();
        List<Long> seeds = LongStream.range(0, parameters.numImages())
                .mapToObj(i -> parameters.seed() + i)
                .toList();
        for (int from = 0; from < seeds.size(); from += maxBatch) {
            List<Long> batch = seeds.subList(from, Math.min(from + maxBatch, seeds.size()));

            // 3. Latents: each picture has a generator of its own, so that its seed alone draws it again
            List<LatentPicture> pictures = batch.stream()
                    .map(seed -> beginning.begin(new TorchGenerator(seed)))
                    .toList();

            // 4. Denoise: the base model down to the handover, the refiner from there or once more over its end
            List<float[]> latents =
                    pictures.stream().map(LatentPicture::latents).toList();
            Runnable afterStep = () -> progress.step(shape, latents);
            progress.begin(Stage.BASE);
            baseDenoiser.denoise(pictures, afterStep, run);
            if (refinerDenoiser.isPresent()) {
                progress.begin(Stage.REFINER);
                boolean onceMore =
                        parameters.refinement().flatMap(Refinement::asImage).isPresent();
                pictures = pictures.stream()
                        .map(picture -> forRefiner(picture, onceMore, refinerDenoiser.get()))
                        .toList();
                refinerDenoiser.get().denoise(pictures, afterStep, run);
            }

            // 5. Decode, one after the other: the VAE takes far more memory per picture than the UNet
            progress.begin(Stage.VAE);
            pictures.forEach(picture -> images.add(vae.decode(picture.latents(), shape, run)));
            progress.end();
        }
        return new GeneratedImages(images, seeds, progress.timings(), List.copyOf(warnings));
    }

    /** @param onceMore whether the refiner redraws a finished picture, which then needs noise again */
    private static LatentPicture forRefiner(LatentPicture picture, boolean onceMore, Denoiser refining) {
        Inpainting inpainting = picture.inpainting().forRefiner();
        if (onceMore) {
            float[] added = picture.noise().normal(picture.latents().length);
            refining.addNoise(picture.latents(), added);
            inpainting = inpainting.withNoise(added);
        }
        return picture.withInpainting(inpainting);
    }

    private Denoiser baseDenoiser(
            GenerationParameters parameters, Scheduler scheduler, LatentShape shape, Set<String> warnings, OrtRun run) {
        PromptEmbeddings prompts = base.encode(parameters, run);
        warnings.addAll(prompts.warnings());
        Conditioning conditioning = new Conditioning(
                prompts.promptEmbeds(),
                prompts.pooledPromptEmbeds(),
                AddedConditions.withTargetSize(
                        parameters.microConditions(), parameters.size().orElseThrow(), parameters.isGuided()));
        StepRange range = parameters
                .refinement()
                .flatMap(Refinement::asEnsemble)
                .map(handover -> StepRange.before(handover.switchAt(), scheduler, base.numTrainTimesteps()))
                .orElseGet(() -> StepRange.all(scheduler))
                .skipping(parameters.skippedSteps(), scheduler);
        return new Denoiser(base.unet().predictor(conditioning, shape), guidance(parameters), scheduler, range);
    }

    private Beginning beginning(
            GenerationParameters parameters,
            LatentShape shape,
            Scheduler scheduler,
            Denoiser first,
            Progress progress,
            OrtRun run) {
        if (parameters.start().isEmpty()) {
            return Beginning.inNoise(shape, scheduler);
        }
        progress.begin(Stage.VAE);
        return ImageBeginning.encode(
                parameters.start().get(),
                parameters.size().orElseThrow(),
                new ImageBeginning.Models(base.unet(), vaeEncoder.orElseThrow(), vae.vaeScaleFactor()),
                scheduler,
                first,
                run);
    }

    private Optional<Denoiser> refinerDenoiser(
            GenerationParameters parameters, LatentShape shape, Set<String> warnings, OrtRun run) {
        Refinement refinement = parameters.refinement().orElseThrow();
        return refinement
                .asEnsemble()
                .map(handover -> ensembleDenoiser(refiner.orElseThrow(), handover, parameters, shape, warnings, run))
                .or(() -> refinement
                        .asImage()
                        .map(image -> imageDenoiser(refiner.orElseThrow(), image, parameters, shape, warnings, run)));
    }

    private Denoiser ensembleDenoiser(
            DiffusionModel refining,
            Refinement.Ensemble handover,
            GenerationParameters parameters,
            LatentShape shape,
            Set<String> warnings,
            OrtRun run) {
        Scheduler scheduler = refining.scheduler(parameters);
        NoisePredictor predictor = refinerPredictor(
                refining,
                parameters,
                handover.aestheticScore(),
                handover.negativeAestheticScore(),
                shape,
                warnings,
                run);
        StepRange range = StepRange.after(handover.switchAt(), scheduler, refining.numTrainTimesteps())
                .skipping(parameters.skippedSteps(), scheduler);
        return new Denoiser(predictor, guidance(parameters), scheduler, range);
    }

    private Denoiser imageDenoiser(
            DiffusionModel refining,
            Refinement.Image image,
            GenerationParameters parameters,
            LatentShape shape,
            Set<String> warnings,
            OrtRun run) {
        Scheduler scheduler = refining.scheduler(parameters, InferenceSteps.of(image.steps()));
        NoisePredictor predictor = refinerPredictor(
                refining, parameters, image.aestheticScore(), image.negativeAestheticScore(), shape, warnings, run);
        StepRange range = StepRange.all(scheduler).skipping(image.skippedSteps(), scheduler);
        return new Denoiser(predictor, guidance(parameters), scheduler, range);
    }

    private NoisePredictor refinerPredictor(
            DiffusionModel refining,
            GenerationParameters parameters,
            double aestheticScore,
            double negativeAestheticScore,
            LatentShape shape,
            Set<String> warnings,
            OrtRun run) {
        PromptEmbeddings prompts = refining.encode(parameters, run);
        warnings.addAll(prompts.warnings());
        Conditioning conditioning = new Conditioning(
                prompts.promptEmbeds(),
                prompts.pooledPromptEmbeds(),
                AddedConditions.withAestheticScore(
                        parameters.microConditions(),
                        parameters.size().orElseThrow(),
                        aestheticScore,
                        negativeAestheticScore,
                        parameters.isGuided()));
        return refining.unet().predictor(conditioning, shape);
    }

    private static ClassifierFreeGuidance guidance(GenerationParameters parameters) {
        return new ClassifierFreeGuidance(parameters.guidanceScale(), parameters.guidanceRescale());
    }

    /** Waits for the generation that is being drawn, then frees the graphs. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            sessions.close();
        }
    }
}
