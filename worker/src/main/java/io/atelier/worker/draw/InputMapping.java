package io.atelier.worker.draw;

import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.job.WorkerStatus;
import io.atelier.sdxl.CropOffset;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.ImageSize;
import io.atelier.sdxl.MicroConditions;
import io.atelier.sdxl.ModelDefaults;
import io.atelier.sdxl.ModelDescription;
import io.atelier.sdxl.PixelSize;
import io.atelier.sdxl.PromptSyntax;
import io.atelier.sdxl.Refinement;
import io.atelier.sdxl.StartImage;
import io.atelier.sdxl.scheduler.InferenceSteps;
import io.atelier.sdxl.scheduler.Schedulers;
import io.atelier.sdxl.scheduler.SigmaSchedule;
import io.atelier.sdxl.scheduler.SolverType;
import io.atelier.sdxl.scheduler.TimestepSpacing;
import io.atelier.sdxl.textencoder.WeightedText;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Between the wire's words for a picture and the pipeline's. */
final class InputMapping {
    private InputMapping() {}

    /** What the pipeline shall draw, with the model's defaults filled in. */
    static GenerationParameters toParameters(
            GenerationInput input, GenerationId id, ModelDescription model, InputPictures pictures) {
        ModelDefaults defaults = model.defaults();
        InferenceSteps steps = steps(input, defaults);
        Optional<StartImage> start = pictures.start(id.tenant(), input, steps.count());
        try {
            return model.complete(new GenerationParameters(
                    input.prompt(),
                    Optional.ofNullable(input.prompt2()),
                    Optional.ofNullable(input.negativePrompt()),
                    Optional.ofNullable(input.negativePrompt2()),
                    promptSyntax(input),
                    Optional.of(size(input, model.defaultSize(start))),
                    orElse(input.numImages(), 1),
                    steps,
                    orElse(input.guidanceScale(), defaults.guidanceScale()),
                    orElse(input.guidanceRescale(), 0.0),
                    orElse(input.seed(), id.seed()),
                    Optional.ofNullable(input.scheduler()),
                    Optional.ofNullable(input.sigmaSchedule()).map(name -> SigmaSchedule.valueOf(upper(name))),
                    Optional.ofNullable(input.timestepSpacing()).map(name -> TimestepSpacing.valueOf(upper(name))),
                    Optional.ofNullable(input.solverType()).map(name -> SolverType.valueOf(upper(name))),
                    orElse(input.eta(), 0.0),
                    microConditions(input),
                    input.clipSkip() == null ? OptionalInt.empty() : OptionalInt.of(input.clipSkip()),
                    Optional.ofNullable(input.refiner()).map(refiner -> refinement(refiner, defaults)),
                    start));
        } catch (IllegalArgumentException e) {
            throw new GenerationException(ErrorCode.INVALID_REQUEST, e.getMessage(), e);
        }
    }

    /** What events echo: the same request with nothing left open. */
    static GenerationInput effective(GenerationInput input, GenerationParameters p) {
        ImageSize size = p.size().orElseThrow();
        MicroConditions conditions = p.microConditions();
        PixelSize picture = new PixelSize(size.width(), size.height());
        return new GenerationInput(
                p.prompt(),
                input.prompt2(),
                input.negativePrompt(),
                input.negativePrompt2(),
                lower(p.promptSyntax()),
                size.width(),
                size.height(),
                p.numImages(),
                p.numInferenceSteps(),
                p.guidanceScale(),
                p.guidanceRescale(),
                p.seed(),
                p.scheduler().orElseThrow(),
                lower(p.sigmaSchedule().orElseThrow()),
                lower(p.timestepSpacing().orElseThrow()),
                input.timesteps(),
                input.sigmas(),
                input.solverType(),
                Schedulers.takesEta(p.scheduler().orElseThrow()) ? Double.valueOf(p.eta()) : input.eta(),
                wire(conditions.originalSize().orElse(picture)),
                wire(conditions.cropTopLeft()),
                wire(conditions.targetSize().orElse(picture)),
                input.negativeOriginalSize(),
                input.negativeCropTopLeft(),
                input.negativeTargetSize(),
                input.clipSkip(),
                wire(p.refinement().orElseThrow()),
                input.image(),
                p.start().map(StartImage::strength).orElse(input.strength()),
                input.maskImage());
    }

    /** A list says how many there are. */
    private static InferenceSteps steps(GenerationInput input, ModelDefaults defaults) {
        try {
            if (input.timesteps() != null) {
                return InferenceSteps.at(input.timesteps());
            }
            if (input.sigmas() != null) {
                return InferenceSteps.through(input.sigmas());
            }
            return InferenceSteps.of(orElse(input.numInferenceSteps(), defaults.numInferenceSteps()));
        } catch (IllegalArgumentException e) {
            throw new GenerationException(ErrorCode.INVALID_REQUEST, e.getMessage(), e);
        }
    }

    /** What the model draws where a request leaves it open. */
    static WorkerStatus.Defaults defaults(ModelDescription model) {
        ModelDefaults defaults = model.defaults();
        return new WorkerStatus.Defaults(
                defaults.numInferenceSteps(),
                defaults.guidanceScale(),
                model.defaultScheduler(),
                lower(model.defaultSigmaSchedule()),
                lower(model.defaultTimestepSpacing()),
                wire(defaults.refinement()));
    }

    private static PromptSyntax promptSyntax(GenerationInput input) {
        PromptSyntax syntax =
                input.promptSyntax() == null ? PromptSyntax.PLAIN : PromptSyntax.valueOf(upper(input.promptSyntax()));
        if (syntax == PromptSyntax.WEIGHTED) {
            checkWeights("input.prompt", input.prompt());
            checkWeights("input.prompt_2", input.prompt2());
            checkWeights("input.negative_prompt", input.negativePrompt());
            checkWeights("input.negative_prompt_2", input.negativePrompt2());
        }
        return syntax;
    }

    private static void checkWeights(String field, String prompt) {
        if (prompt == null) {
            return;
        }
        for (WeightedText part : WeightedText.parse(prompt)) {
            if (!part.isInRange()) {
                String message = "weights must lie between " + -WeightedText.MAX_WEIGHT + " and "
                        + WeightedText.MAX_WEIGHT + ", not " + part.weight();
                throw new GenerationException(
                        ErrorCode.INVALID_REQUEST,
                        field + ": " + message,
                        List.of(new FieldError(field, message, Double.toString(part.weight()))));
            }
        }
    }

    private static ImageSize size(GenerationInput input, ImageSize usual) {
        return new ImageSize(orElse(input.width(), usual.width()), orElse(input.height(), usual.height()));
    }

    private static MicroConditions microConditions(GenerationInput input) {
        return new MicroConditions(
                size(input.originalSize()),
                offset(input.cropTopLeft()),
                size(input.targetSize()),
                size(input.negativeOriginalSize()),
                offset(input.negativeCropTopLeft()),
                size(input.negativeTargetSize()));
    }

    private static Optional<PixelSize> size(GenerationInput.Size size) {
        return Optional.ofNullable(size).map(s -> new PixelSize(s.width(), s.height()));
    }

    private static CropOffset offset(GenerationInput.Offset offset) {
        return offset == null ? CropOffset.NONE : new CropOffset(offset.top(), offset.left());
    }

    private static Refinement refinement(GenerationInput.Refiner refiner, ModelDefaults defaults) {
        double score = orElse(refiner.aestheticScore(), Refinement.DEFAULT_AESTHETIC_SCORE);
        double negativeScore = orElse(refiner.negativeAestheticScore(), Refinement.DEFAULT_NEGATIVE_AESTHETIC_SCORE);
        switch (mode(refiner, defaults)) {
            case "none":
                return Refinement.none();
            case "image":
                return new Refinement.Image(
                        orElse(refiner.strength(), Refinement.DEFAULT_STRENGTH),
                        orElse(refiner.steps(), GenerationParameters.DEFAULT_STEPS),
                        score,
                        negativeScore);
            default:
                double usual = defaults.refinement()
                        .asEnsemble()
                        .map(Refinement.Ensemble::switchAt)
                        .orElse(Refinement.DEFAULT_SWITCH_AT);
                return new Refinement.Ensemble(orElse(refiner.switchAt(), usual), score, negativeScore);
        }
    }

    /** If none is named, a handover that is named tells which; then the model's default holds. */
    private static String mode(GenerationInput.Refiner refiner, ModelDefaults defaults) {
        if (refiner.mode() != null) {
            return refiner.mode();
        }
        return refiner.switchAt() != null ? "ensemble" : defaults.refinement().mode();
    }

    private static GenerationInput.Size wire(PixelSize size) {
        return new GenerationInput.Size(size.width(), size.height());
    }

    private static GenerationInput.Offset wire(CropOffset offset) {
        return new GenerationInput.Offset(offset.top(), offset.left());
    }

    private static GenerationInput.Refiner wire(Refinement refinement) {
        return refinement
                .asEnsemble()
                .map(e -> new GenerationInput.Refiner(
                        e.mode(), e.switchAt(), null, null, e.aestheticScore(), e.negativeAestheticScore()))
                .or(() -> refinement
                        .asImage()
                        .map(i -> new GenerationInput.Refiner(
                                i.mode(),
                                null,
                                i.strength(),
                                i.steps(),
                                i.aestheticScore(),
                                i.negativeAestheticScore())))
                .orElseGet(() -> new GenerationInput.Refiner(refinement.mode(), null, null, null, null, null));
    }

    private static <T> T orElse(T value, T fallback) {
        return value == null ? fallback : value;
    }

    private static String upper(String name) {
        return name.toUpperCase(Locale.ROOT);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
