package io.atelier.sdxl.textencoder;

import io.atelier.sdxl.tokenizer.ClipTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * As many tokens as an encoder sees at once, and how much each counts.
 *
 * @param ids     begin, tokens, end, padding
 * @param weights as many as ids; begin, end and padding weigh 1
 */
record TokenWindow(long[] ids, float[] weights) {
    /** A part of a prompt with fewer tokens than this is not spread over two windows. */
    private static final int DIVISIBLE = 8;

    static TokenWindow unweighted(long[] ids) {
        float[] weights = new float[ids.length];
        Arrays.fill(weights, 1);
        return new TokenWindow(ids, weights);
    }

    /**
     * Fills window after window.
     *
     * @return at least one
     * @see "ComfyUI comfy/sd1_clip.py, SDTokenizer.tokenize_with_weights"
     */
    static List<TokenWindow> pack(List<WeightedText> parts, ClipTokenizer tokenizer) {
        Packing packing = new Packing(tokenizer);
        for (WeightedText part : parts) {
            packing.add(tokenizer.words(part.text()), (float) part.weight());
        }
        packing.close();
        return packing.windows;
    }

    boolean isWeighted() {
        for (float weight : weights) {
            if (weight != 1) {
                return true;
            }
        }
        return false;
    }

    /** The windows so far, and the one that is being filled. */
    private static final class Packing {
        private final ClipTokenizer tokenizer;
        private final List<TokenWindow> windows = new ArrayList<>();
        private final List<Integer> ids = new ArrayList<>();
        private final List<Float> weights = new ArrayList<>();

        Packing(ClipTokenizer tokenizer) {
            this.tokenizer = tokenizer;
        }

        void add(List<Integer> part, float weight) {
            if (part.size() < DIVISIBLE && part.size() > room()) {
                close();
            }
            for (int id : part) {
                if (room() == 0) {
                    close();
                }
                ids.add(id);
                weights.add(weight);
            }
        }

        private int room() {
            return tokenizer.room() - ids.size();
        }

        void close() {
            TokenWindow window = unweighted(tokenizer.window(ids));
            for (int i = 0; i < ids.size(); i++) {
                window.weights[i + 1] = weights.get(i); // behind the begin token
            }
            windows.add(window);
            ids.clear();
            weights.clear();
        }
    }
}
