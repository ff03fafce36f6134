package io.atelier.sdxl.textencoder;

import java.util.List;
import java.util.Optional;

/**
 * A text as one encoder understands it. Nobody may change the arrays: they are shared by all requests with this text.
 *
 * @param windows float32 [77, hidden size] each; one, or more for a long weighted prompt
 * @param pooled  float32 [projection size] of the first window, empty from an encoder without projection
 * @param cutText the end of the text, if it was too long and had to fit into one window
 */
record EncodedText(List<float[]> windows, float[] pooled, Optional<String> cutText) {

    EncodedText {
        windows = List.copyOf(windows);
    }

    int size() {
        return windows.size();
    }

    float[] window(int index) {
        return windows.get(index);
    }

    /** Memory that the numbers take. */
    long bytes() {
        long numbers = pooled.length;
        for (float[] window : windows) {
            numbers += window.length;
        }
        return numbers * Float.BYTES;
    }

    boolean isFinite() {
        return isFinite(pooled) && windows.stream().allMatch(EncodedText::isFinite);
    }

    private static boolean isFinite(float[] numbers) {
        for (float number : numbers) {
            if (!Float.isFinite(number)) {
                return false;
            }
        }
        return true;
    }
}
