package io.atelier.gateway.workers;

import io.atelier.job.GenerationInput;
import io.atelier.job.WorkerStatus;
import io.atelier.job.WorkerStatus.Capabilities;
import java.util.Optional;

/** Whether a worker can draw what is asked for, as far as its heartbeat tells. The last word is the worker's. */
final class Suitability {
    private static final String NO_REFINER = "none";

    private Suitability() {}

    /** What speaks against it, in words that follow "no live worker can draw this:". */
    static Optional<String> obstacle(WorkerStatus worker, String model, GenerationInput input) {
        if (model != null && !model.equals(worker.model())) {
            return Optional.of("\"" + worker.model() + "\" is not the model \"" + model + "\"");
        }
        return input == null
                ? Optional.empty()
                : size(worker.capabilities(), input)
                        .or(() -> amount(worker.capabilities(), input))
                        .or(() -> features(worker.capabilities(), input));
    }

    private static Optional<String> size(Capabilities can, GenerationInput input) {
        if (input.image() != null && input.width() == null && input.height() == null) {
            // That of the start picture, which only the worker sees.
            return Optional.empty();
        }
        long width = input.width() == null ? can.nativeWidth() : input.width();
        long height = input.height() == null ? can.nativeHeight() : input.height();
        if (Math.max(width, height) > can.maxSide()) {
            return Optional.of(width + "x" + height + " is larger than " + can.maxSide() + " on a side");
        }
        if (width * height > can.maxPixels()) {
            return Optional.of(width + "x" + height + " has more than " + can.maxPixels() + " pixels");
        }
        return Optional.empty();
    }

    private static Optional<String> amount(Capabilities can, GenerationInput input) {
        if (input.numInferenceSteps() != null && input.numInferenceSteps() > can.maxSteps()) {
            return Optional.of(input.numInferenceSteps() + " steps are more than " + can.maxSteps());
        }
        if (input.numImages() != null && input.numImages() > can.maxImages()) {
            return Optional.of(input.numImages() + " pictures are more than " + can.maxImages());
        }
        return Optional.empty();
    }

    private static Optional<String> features(Capabilities can, GenerationInput input) {
        if (input.scheduler() != null
                && !can.schedulers().isEmpty()
                && !can.schedulers().contains(input.scheduler())) {
            return Optional.of("there is no scheduler \"" + input.scheduler() + "\"");
        }
        if (needsRefiner(input.refiner()) && !can.refiner()) {
            return Optional.of("there is no refiner");
        }
        if (input.image() != null && !can.startImages()) {
            return Optional.of("the model cannot begin with a picture");
        }
        if (can.onlyInpaints() && (input.image() == null || input.maskImage() == null)) {
            return Optional.of("the model only inpaints: it needs an image and a mask_image");
        }
        return Optional.empty();
    }

    /** Without a mode the model's own default holds, unless a handover is named. */
    private static boolean needsRefiner(GenerationInput.Refiner refiner) {
        return refiner != null
                && (refiner.mode() == null
                        ? refiner.switchAt() != null
                        : !refiner.mode().equals(NO_REFINER));
    }
}
