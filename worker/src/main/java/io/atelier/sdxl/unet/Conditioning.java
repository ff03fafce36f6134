package io.atelier.sdxl.unet;

import io.atelier.ort.FloatTensor;
import io.atelier.ort.TensorShape;
import java.util.ArrayList;
import java.util.List;

/**
 * All that steers the UNet at every step of a generation; B is 2 with guidance (negative first) and 1 without.
 *
 * @param promptEmbeds float32 [B, 77, D]
 * @param textEmbeds   float32 [B, projection size], the pooled prompts
 * @param timeIds      float32 [B, 6] or [B, 5]
 */
public record Conditioning(FloatTensor promptEmbeds, FloatTensor textEmbeds, FloatTensor timeIds) {
    int rows() {
        return (int) promptEmbeds.shape().dimension(0);
    }

    /** The same for several pictures at once: each row so many times in succession. */
    Conditioning repeated(int times) {
        return times == 1
                ? this
                : new Conditioning(repeat(promptEmbeds, times), repeat(textEmbeds, times), repeat(timeIds, times));
    }

    private static FloatTensor repeat(FloatTensor tensor, int times) {
        List<Long> dimensions = new ArrayList<>(tensor.shape().dimensions());
        int rows = Math.toIntExact(dimensions.get(0));
        int size = tensor.shape().size() / rows;
        dimensions.set(0, (long) rows * times);
        FloatTensor repeated = FloatTensor.allocate(new TensorShape(dimensions));
        for (int row = 0; row < rows * times; row++) {
            repeated.put(row * size, tensor, row / times * size, size);
        }
        return repeated;
    }
}
