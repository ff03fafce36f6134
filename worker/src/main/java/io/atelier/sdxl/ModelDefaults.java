package io.atelier.sdxl;

/**
 * What is drawn where a request leaves it open.
 *
 * @param nativeSize the size that the model was trained to draw
 * @param refinement none where the model has no refiner
 */
public record ModelDefaults(ImageSize nativeSize, int numInferenceSteps, double guidanceScale, Refinement refinement) {

    /** What holds for SDXL. */
    static ModelDefaults of(ImageSize nativeSize) {
        return new ModelDefaults(
                nativeSize,
                GenerationParameters.DEFAULT_STEPS,
                GenerationParameters.DEFAULT_GUIDANCE_SCALE,
                Refinement.ensemble(Refinement.DEFAULT_SWITCH_AT));
    }

    ModelDefaults withoutRefiner() {
        return new ModelDefaults(nativeSize, numInferenceSteps, guidanceScale, Refinement.none());
    }
}
