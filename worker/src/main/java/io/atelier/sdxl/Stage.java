package io.atelier.sdxl;

import java.util.Locale;

/** Where a generation stands. */
public enum Stage {
    ENCODE_PROMPT,
    BASE,
    REFINER,
    VAE;

    /** As events spell it, such as {@code encode_prompt}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
