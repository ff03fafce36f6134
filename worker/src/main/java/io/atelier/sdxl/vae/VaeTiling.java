package io.atelier.sdxl.vae;

import java.util.OptionalLong;

/**
 * From which size on pictures are encoded and decoded in tiles, which takes less memory and changes them a little.
 *
 * @param abovePixels tiles are used for pictures of more pixels; never if empty
 */
public record VaeTiling(OptionalLong abovePixels) {
    public static final VaeTiling OFF = new VaeTiling(OptionalLong.empty());

    public VaeTiling {
        if (abovePixels.isPresent() && abovePixels.getAsLong() < 0) {
            throw new IllegalArgumentException("The size for tiles must be at least 0: " + abovePixels.getAsLong());
        }
    }

    boolean appliesTo(int width, int height) {
        return abovePixels.isPresent() && (long) width * height > abovePixels.getAsLong();
    }
}
