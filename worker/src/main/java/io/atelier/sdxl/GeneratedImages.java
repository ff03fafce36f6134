package io.atelier.sdxl;

import java.util.List;

/**
 * What a generation gave.
 *
 * @param seeds    of each picture; drawn alone with it, the same picture comes out
 * @param warnings sentences for the submitter; they may quote the prompt
 */
public record GeneratedImages(List<RgbImage> images, List<Long> seeds, StageTimings timings, List<String> warnings) {

    public GeneratedImages {
        images = List.copyOf(images);
        seeds = List.copyOf(seeds);
        warnings = List.copyOf(warnings);
    }
}
