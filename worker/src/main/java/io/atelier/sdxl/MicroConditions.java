package io.atelier.sdxl;

import java.util.Optional;

/**
 * What SDXL was told about its training pictures, and can be told about a picture to draw (Podell et al. 2023, 2.2).
 * Sizes left out are those of the picture; negative sizes count only when both are given, as in diffusers.
 */
public record MicroConditions(
        Optional<PixelSize> originalSize,
        CropOffset cropTopLeft,
        Optional<PixelSize> targetSize,
        Optional<PixelSize> negativeOriginalSize,
        CropOffset negativeCropTopLeft,
        Optional<PixelSize> negativeTargetSize) {

    public static final MicroConditions DEFAULT = new MicroConditions(
            Optional.empty(), CropOffset.NONE, Optional.empty(), Optional.empty(), CropOffset.NONE, Optional.empty());
}
