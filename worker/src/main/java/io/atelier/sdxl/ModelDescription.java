package io.atelier.sdxl;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.scheduler.InferenceSteps;
import io.atelier.sdxl.scheduler.Schedulers;
import io.atelier.sdxl.scheduler.SigmaSchedule;
import io.atelier.sdxl.scheduler.TimestepSpacing;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a loaded model is and can do.
 *
 * @param pipelineClass the class that the model was published for
 * @param defaults      for what requests leave open, beside the scheduler's
 * @param preview       makes small pictures of its latents; empty if nobody knows how
 * @param schedulers    names that a request may give; the defaults are the model's own
 * @param digest        "sha256:…" over the names and contents of all files that matter; equal digests draw equal pictures
 * @param readsImages   whether it has a VAE encoder, which image-to-image and inpainting need
 * @param needsMask     whether its UNet was trained for inpainting and draws nothing else
 */
public record ModelDescription(
        String pipelineClass,
        ModelDefaults defaults,
        Optional<LatentPreview> preview,
        boolean hasRefiner,
        List<String> schedulers,
        String defaultScheduler,
        SigmaSchedule defaultSigmaSchedule,
        TimestepSpacing defaultTimestepSpacing,
        String digest,
        boolean readsImages,
        boolean needsMask) {

    public ModelDescription {
        schedulers = List.copyOf(schedulers);
    }

    /** What it was trained to draw. */
    public ImageSize nativeSize() {
        return defaults.nativeSize();
    }

    /**
     * The same parameters with every default of this model filled in.
     *
     * @throws GenerationException UNSUPPORTED or REFINER_UNAVAILABLE if the model cannot do what is asked
     */
    public GenerationParameters complete(GenerationParameters parameters) {
        String scheduler = parameters.scheduler().orElse(defaultScheduler);
        GenerationParameters complete = parameters.toBuilder()
                .size(parameters.size().orElseGet(() -> defaultSize(parameters.start())))
                .scheduler(scheduler)
                .sigmaSchedule(
                        parameters.sigmaSchedule().orElseGet(() -> defaultSigmaSchedule(scheduler, parameters.steps())))
                .timestepSpacing(parameters.timestepSpacing().orElse(defaultTimestepSpacing))
                .refinement(parameters.refinement().orElse(defaults.refinement()))
                .build();
        Schedulers.require(scheduler, complete.sigmaSchedule().orElseThrow());
        check(complete.steps(), complete.sigmaSchedule().orElseThrow());
        Schedulers.require(scheduler, complete.steps());
        complete.solverType().ifPresent(solver -> Schedulers.require(scheduler, solver));
        Schedulers.requireEta(scheduler, complete.eta());
        check(complete.refinement().orElseThrow());
        check(complete.start());
        return complete;
    }

    /** A list of steps leaves nothing to bend. */
    private SigmaSchedule defaultSigmaSchedule(String scheduler, InferenceSteps steps) {
        boolean isFree = Schedulers.takesSigmaSchedules(scheduler) && !steps.areListed();
        return isFree ? defaultSigmaSchedule : SigmaSchedule.DEFAULT;
    }

    private static void check(InferenceSteps steps, SigmaSchedule schedule) {
        if (steps.areListed() && schedule != SigmaSchedule.DEFAULT) {
            throw new GenerationException(
                    ErrorCode.INVALID_REQUEST,
                    "A sigma_schedule cannot bend steps that are listed: "
                            + schedule.name().toLowerCase(Locale.ROOT));
        }
    }

    /** What is drawn when a request names no size. */
    public ImageSize defaultSize(Optional<StartImage> start) {
        return start.map(StartImage::ownSize).orElse(defaults.nativeSize());
    }

    private void check(Refinement refinement) {
        if (!(refinement instanceof Refinement.None) && !hasRefiner) {
            throw new GenerationException(
                    ErrorCode.REFINER_UNAVAILABLE,
                    "The model has no refiner; ask for the refiner mode \"none\": " + pipelineClass);
        }
    }

    private void check(Optional<StartImage> start) {
        if (start.isPresent() && !readsImages) {
            throw new GenerationException(
                    ErrorCode.UNSUPPORTED,
                    "The model cannot begin with a picture: it has no vae_encoder that gives latent_parameters");
        }
        if (needsMask && start.flatMap(StartImage::mask).isEmpty()) {
            throw new GenerationException(
                    ErrorCode.UNSUPPORTED, "The model only inpaints: it needs an image and a mask_image");
        }
    }
}
