package io.atelier.sdxl.textencoder;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A prompt as all encoders of a model understand it together: one row of the UNet's batch.
 *
 * @param windows float32 [77, sum of the encoders' hidden sizes] each
 * @param pooled  float32 [projection size]
 */
record PromptRow(List<float[]> windows, float[] pooled) {
    private static final int MAX_GROWTH = 4;

    /**
     * Joins the encoders' states on the feature axis.
     *
     * @param texts     one per encoder, in order
     * @param empty     the empty text, likewise; fills up where one encoder has fewer windows than another, as in ComfyUI
     * @param positions tokens per window
     */
    static PromptRow join(List<EncodedText> texts, Supplier<List<EncodedText>> empty, int positions) {
        int count = texts.stream().mapToInt(EncodedText::size).max().orElseThrow();
        boolean isEven = texts.stream().allMatch(text -> text.size() == count);
        List<EncodedText> fillers = isEven ? List.of() : empty.get();
        List<float[]> windows = new ArrayList<>();
        for (int window = 0; window < count; window++) {
            List<float[]> states = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                EncodedText text = texts.get(i);
                states.add(
                        window < text.size()
                                ? text.window(window)
                                : fillers.get(i).window(0));
            }
            windows.add(sideBySide(states, positions));
        }
        return new PromptRow(windows, texts.get(texts.size() - 1).pooled());
    }

    /** Counts for nothing, in the shape of another row. */
    static PromptRow zeros(PromptRow like) {
        return new PromptRow(List.of(new float[like.windows.get(0).length]), new float[like.pooled.length]);
    }

    int size() {
        return windows.size();
    }

    /** {@code states} are [positions, size] each, of any size. */
    private static float[] sideBySide(List<float[]> states, int positions) {
        int total = states.stream().mapToInt(state -> state.length).sum();
        float[] joined = new float[total];
        int width = total / positions;
        int offset = 0;
        for (float[] state : states) {
            int size = state.length / positions;
            for (int position = 0; position < positions; position++) {
                System.arraycopy(state, position * size, joined, position * width + offset, size);
            }
            offset += size;
        }
        return joined;
    }

    /**
     * How many windows two rows of one batch need. The least common multiple, so that each can be repeated whole, unless
     * that is more than four times the longer one.
     */
    static int commonCount(int first, int second) {
        int longer = Math.max(first, second);
        for (int count = longer; count <= MAX_GROWTH * longer; count += longer) {
            if (count % first == 0 && count % second == 0) {
                return count;
            }
        }
        return longer;
    }

    /**
     * The same prompt with {@code count} windows. Repeating all of them changes nothing for the UNet, whose attention is an average
     * over them; only where the count is no multiple of theirs does the empty prompt fill up the rest.
     */
    PromptRow stretch(int count, Supplier<PromptRow> empty) {
        List<float[]> stretched = new ArrayList<>();
        if (count % size() == 0) {
            while (stretched.size() < count) {
                stretched.addAll(windows);
            }
        } else {
            stretched.addAll(windows);
            float[] filler = empty.get().windows.get(0);
            while (stretched.size() < count) {
                stretched.add(filler);
            }
        }
        return new PromptRow(stretched, pooled);
    }
}
