package io.atelier.sdxl;

import io.atelier.sdxl.scheduler.InferenceSteps;
import io.atelier.sdxl.scheduler.SigmaSchedule;
import io.atelier.sdxl.scheduler.SolverType;
import io.atelier.sdxl.scheduler.TimestepSpacing;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What to draw, in diffusers' words. Empty options mean what the model says; {@link ModelDescription#complete} fills
 * them in.
 *
 * @param prompt2         for the second text encoder; absent or empty: the same as {@code prompt}
 * @param negativePrompt  absent is not the same as empty: only then are embeddings zeroed where the model says so
 * @param numImages       picture i has seed + i and is the one that this seed gives alone
 * @param guidanceScale   classifier-free guidance; none at 1 and below, which also halves the work
 * @param guidanceRescale share of the correction against overexposure (Lin et al. 2023, 3.4), 0 to 1
 * @param scheduler       one of {@link ModelDescription#schedulers}
 * @param eta             for DDIM: the share of DDPM's noise that each step adds, 0 to 1
 * @param clipSkip        layers to skip at the end of the text encoders, beyond the last one that SDXL never uses
 * @param start           the picture to begin with; pure noise if absent
 */
public record GenerationParameters(
        String prompt,
        Optional<String> prompt2,
        Optional<String> negativePrompt,
        Optional<String> negativePrompt2,
        PromptSyntax promptSyntax,
        Optional<ImageSize> size,
        int numImages,
        InferenceSteps steps,
        double guidanceScale,
        double guidanceRescale,
        long seed,
        Optional<String> scheduler,
        Optional<SigmaSchedule> sigmaSchedule,
        Optional<TimestepSpacing> timestepSpacing,
        Optional<SolverType> solverType,
        double eta,
        MicroConditions microConditions,
        OptionalInt clipSkip,
        Optional<Refinement> refinement,
        Optional<StartImage> start) {

    public static final int DEFAULT_STEPS = 30;
    public static final double DEFAULT_GUIDANCE_SCALE = 5.0;

    public GenerationParameters {
        if (numImages < 1) {
            throw new IllegalArgumentException("The number of images must be at least 1: " + numImages);
        }
        if (!Double.isFinite(guidanceScale) || guidanceScale < 0) {
            throw new IllegalArgumentException("The guidance scale must be a number from 0 on: " + guidanceScale);
        }
        if (!(guidanceRescale >= 0 && guidanceRescale <= 1)) {
            throw new IllegalArgumentException("The guidance rescale must be between 0 and 1: " + guidanceRescale);
        }
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("eta must be between 0 and 1: " + eta);
        }
        if (clipSkip.isPresent() && clipSkip.getAsInt() < 0) {
            throw new IllegalArgumentException("The number of skipped layers must be at least 0: " + clipSkip);
        }
        if (start.isPresent() && StartImage.steps(start.get().strength(), steps.count()) < 1) {
            throw new IllegalArgumentException(
                    "Strength " + start.get().strength() + " leaves none of the " + steps.count() + " steps");
        }
    }

    /** One picture with 30 steps, guidance 5 and seed 0, all else as the model says. */
    public static GenerationParameters of(String prompt) {
        return builder(prompt).build();
    }

    public static Builder builder(String prompt) {
        return new Builder(prompt);
    }

    /** A builder that starts from these values. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Whether negative prompts and the second half of each batch are needed at all. */
    public boolean isGuided() {
        return guidanceScale > 1;
    }

    public int numInferenceSteps() {
        return steps.count();
    }

    /** How many steps are left out because a picture is begun with, from the noisy end of the schedule. */
    int skippedSteps() {
        return start.map(begun -> steps.count() - StartImage.steps(begun.strength(), steps.count()))
                .orElse(0);
    }

    /** Sets what differs from the defaults. */
    public static final class Builder {
        private String prompt;
        private Optional<String> prompt2 = Optional.empty();
        private Optional<String> negativePrompt = Optional.empty();
        private Optional<String> negativePrompt2 = Optional.empty();
        private PromptSyntax promptSyntax = PromptSyntax.PLAIN;
        private Optional<ImageSize> size = Optional.empty();
        private int numImages = 1;
        private InferenceSteps steps = InferenceSteps.of(DEFAULT_STEPS);
        private double guidanceScale = DEFAULT_GUIDANCE_SCALE;
        private double guidanceRescale;
        private long seed;
        private Optional<String> scheduler = Optional.empty();
        private Optional<SigmaSchedule> sigmaSchedule = Optional.empty();
        private Optional<TimestepSpacing> timestepSpacing = Optional.empty();
        private Optional<SolverType> solverType = Optional.empty();
        private double eta;
        private MicroConditions microConditions = MicroConditions.DEFAULT;
        private OptionalInt clipSkip = OptionalInt.empty();
        private Optional<Refinement> refinement = Optional.empty();
        private Optional<StartImage> start = Optional.empty();

        private Builder(String prompt) {
            this.prompt = prompt;
        }

        private Builder(GenerationParameters from) {
            this.prompt = from.prompt;
            this.prompt2 = from.prompt2;
            this.negativePrompt = from.negativePrompt;
            this.negativePrompt2 = from.negativePrompt2;
            this.promptSyntax = from.promptSyntax;
            this.size = from.size;
            this.numImages = from.numImages;
            this.steps = from.steps;
            this.guidanceScale = from.guidanceScale;
            this.guidanceRescale = from.guidanceRescale;
            this.seed = from.seed;
            this.scheduler = from.scheduler;
            this.sigmaSchedule = from.sigmaSchedule;
            this.timestepSpacing = from.timestepSpacing;
            this.solverType = from.solverType;
            this.eta = from.eta;
            this.microConditions = from.microConditions;
            this.clipSkip = from.clipSkip;
            this.refinement = from.refinement;
            this.start = from.start;
        }

        public Builder prompt(String value) {
            this.prompt = value;
            return this;
        }

        public Builder prompt2(String value) {
            this.prompt2 = Optional.of(value);
            return this;
        }

        public Builder negativePrompt(String value) {
            this.negativePrompt = Optional.of(value);
            return this;
        }

        public Builder negativePrompt2(String value) {
            this.negativePrompt2 = Optional.of(value);
            return this;
        }

        public Builder promptSyntax(PromptSyntax value) {
            this.promptSyntax = value;
            return this;
        }

        public Builder size(ImageSize value) {
            this.size = Optional.of(value);
            return this;
        }

        public Builder size(int width, int height) {
            return size(new ImageSize(width, height));
        }

        public Builder numImages(int value) {
            this.numImages = value;
            return this;
        }

        public Builder numInferenceSteps(int value) {
            return steps(InferenceSteps.of(value));
        }

        public Builder steps(InferenceSteps value) {
            this.steps = value;
            return this;
        }

        public Builder guidanceScale(double value) {
            this.guidanceScale = value;
            return this;
        }

        public Builder guidanceRescale(double value) {
            this.guidanceRescale = value;
            return this;
        }

        public Builder seed(long value) {
            this.seed = value;
            return this;
        }

        public Builder scheduler(String value) {
            this.scheduler = Optional.of(value);
            return this;
        }

        public Builder sigmaSchedule(SigmaSchedule value) {
            this.sigmaSchedule = Optional.of(value);
            return this;
        }

        public Builder timestepSpacing(TimestepSpacing value) {
            this.timestepSpacing = Optional.of(value);
            return this;
        }

        public Builder solverType(SolverType value) {
            this.solverType = Optional.of(value);
            return this;
        }

        public Builder eta(double value) {
            this.eta = value;
            return this;
        }

        public Builder microConditions(MicroConditions value) {
            this.microConditions = value;
            return this;
        }

        public Builder clipSkip(int value) {
            this.clipSkip = OptionalInt.of(value);
            return this;
        }

        public Builder refinement(Refinement value) {
            this.refinement = Optional.of(value);
            return this;
        }

        public Builder start(StartImage value) {
            this.start = Optional.of(value);
            return this;
        }

        /** @throws IllegalArgumentException if a value makes no sense */
        public GenerationParameters build() {
            return new GenerationParameters(
                    prompt,
                    prompt2,
                    negativePrompt,
                    negativePrompt2,
                    promptSyntax,
                    size,
                    numImages,
                    steps,
                    guidanceScale,
                    guidanceRescale,
                    seed,
                    scheduler,
                    sigmaSchedule,
                    timestepSpacing,
                    solverType,
                    eta,
                    microConditions,
                    clipSkip,
                    refinement,
                    start);
        }
    }
}
