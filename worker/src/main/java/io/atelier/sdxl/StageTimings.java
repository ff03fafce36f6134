package io.atelier.sdxl;

import java.time.Duration;

/** How long each stage of a generation took, over all its pictures. */
public record StageTimings(Duration encodePrompt, Duration base, Duration refiner, Duration vae) {

    public Duration total() {
        return encodePrompt.plus(base).plus(refiner).plus(vae);
    }
}
