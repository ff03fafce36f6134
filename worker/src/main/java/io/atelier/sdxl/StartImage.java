package io.atelier.sdxl;

import java.util.Optional;

/**
 * A picture to begin with instead of pure noise.
 *
 * @param image    of any size; it is resized to the size that is drawn
 * @param strength share of the noise schedule that is gone through, above 0 and up to 1
 * @param mask     white where the picture is drawn anew, black where it stays; of any size
 * @see "diffusers pipeline_stable_diffusion_xl_img2img.py and pipeline_stable_diffusion_xl_inpaint.py"
 */
public record StartImage(RgbImage image, double strength, Optional<RgbImage> mask) {
    public static final double DEFAULT_STRENGTH = 0.3;
    /** Not quite 1: a trace of the picture remains where it is drawn anew. */
    public static final double DEFAULT_INPAINTING_STRENGTH = 0.9999;

    private static final int MULTIPLE = 8;

    public StartImage {
        if (!(strength > 0 && strength <= 1)) {
            throw new IllegalArgumentException("Strength must be above 0 and at most 1: " + strength);
        }
        if (image.width() < MULTIPLE || image.height() < MULTIPLE) {
            throw new IllegalArgumentException("The start picture must be at least " + MULTIPLE
                    + " pixels wide and high: " + image.width() + "x" + image.height());
        }
    }

    /** What is drawn when no size is asked for: the picture's own, rounded down to multiples of 8. */
    public ImageSize ownSize() {
        return new ImageSize(image.width() - image.width() % MULTIPLE, image.height() - image.height() % MULTIPLE);
    }

    /** How many of a schedule's steps are taken; a fraction of a step is none, as in diffusers. */
    public static int steps(double strength, int scheduleSteps) {
        return Math.min((int) (scheduleSteps * strength), scheduleSteps);
    }
}
