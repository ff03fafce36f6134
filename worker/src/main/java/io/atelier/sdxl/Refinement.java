package io.atelier.sdxl;

import java.util.Optional;

/** What the refiner model does for a picture. */
public sealed interface Refinement {

    /** The base model draws alone. */
    record None() implements Refinement {}

    /**
     * The base model draws down to a noise level and the refiner goes on from there, on the same latents.
     *
     * @param switchAt               share of the noise schedule that is the base model's, between 0 and 1
     * @param aestheticScore         how beautiful the picture shall be, on the scale of the training captions
     * @param negativeAestheticScore the same for what guidance leads away from
     */
    record Ensemble(double switchAt, double aestheticScore, double negativeAestheticScore) implements Refinement {
        public Ensemble {
            if (!(switchAt > 0 && switchAt < 1)) {
                throw new IllegalArgumentException("The refiner takes over between 0 and 1, not at " + switchAt);
            }
        }

        public Ensemble(double switchAt) {
            this(switchAt, DEFAULT_AESTHETIC_SCORE, DEFAULT_NEGATIVE_AESTHETIC_SCORE);
        }

        @Override
        public String mode() {
            return "ensemble";
        }

        @Override
        public Optional<Ensemble> asEnsemble() {
            return Optional.of(this);
        }
    }

    /**
     * The refiner redraws the finished picture: image-to-image on the latents that the base model ends with, without a
     * detour over pixels.
     *
     * @param strength share of the noise schedule that is gone through once more, above 0 and up to 1
     * @param steps    length of the refiner's own schedule
     * @see "diffusers documentation, Stable Diffusion XL, base to refiner model"
     */
    record Image(double strength, int steps, double aestheticScore, double negativeAestheticScore)
            implements Refinement {
        public Image {
            if (!(strength > 0 && strength <= 1)) {
                throw new IllegalArgumentException("Strength must be above 0 and at most 1: " + strength);
            }
            if (steps < 1) {
                throw new IllegalArgumentException("The refiner needs at least one step: " + steps);
            }
            if (StartImage.steps(strength, steps) < 1) {
                throw new IllegalArgumentException(
                        "The refiner's strength " + strength + " leaves none of its " + steps + " steps");
            }
        }

        /** How many of the schedule's steps are left out, from its noisy end. */
        public int skippedSteps() {
            return steps - StartImage.steps(strength, steps);
        }

        @Override
        public String mode() {
            return "image";
        }

        @Override
        public Optional<Image> asImage() {
            return Optional.of(this);
        }
    }

    double DEFAULT_SWITCH_AT = 0.8;
    double DEFAULT_STRENGTH = StartImage.DEFAULT_STRENGTH;
    double DEFAULT_AESTHETIC_SCORE = 6.0;
    double DEFAULT_NEGATIVE_AESTHETIC_SCORE = 2.5;

    static Refinement none() {
        return new None();
    }

    static Refinement ensemble(double switchAt) {
        return new Ensemble(switchAt);
    }

    /** The handover on the same latents, if this is one. */
    default Optional<Ensemble> asEnsemble() {
        return Optional.empty();
    }

    /** Image-to-image on the finished picture, if this is that. */
    default Optional<Image> asImage() {
        return Optional.empty();
    }

    /** As requests spell it. */
    default String mode() {
        return "none";
    }
}
