package io.atelier.sdxl.textencoder;

import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtRun;
import io.atelier.ort.TensorShape;
import io.atelier.sdxl.textencoder.TextEncoder.EncodedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns prompts into what the UNet looks at.
 *
 * @see "diffusers pipeline_stable_diffusion_xl.py, encode_prompt"
 */
public final class PromptEncoder {
    private final List<TextEncoder> encoders;
    private final boolean forceZerosForEmptyPrompt;

    /**
     * @param encoders                 in the order in which their states are joined; the last one gives the pooled text
     * @param forceZerosForEmptyPrompt whether a missing negative prompt is zeros and not the empty text
     */
    public PromptEncoder(List<TextEncoder> encoders, boolean forceZerosForEmptyPrompt) {
        this.encoders = List.copyOf(encoders);
        this.forceZerosForEmptyPrompt = forceZerosForEmptyPrompt;
    }

    public int hiddenSize() {
        return encoders.stream().mapToInt(TextEncoder::hiddenSize).sum();
    }

    public int pooledSize() {
        return last().pooledSize();
    }

    /**
     * @param guided   whether negative prompts are needed
     * @param clipSkip counts for the positive prompt only, as in diffusers
     */
    public PromptEmbeddings encode(PromptTexts texts, boolean guided, int clipSkip, OrtRun run) {
        List<String> warnings = new ArrayList<>();
        int rows = guided ? 2 : 1;
        FloatTensor embeds = FloatTensor.allocate(TensorShape.of(rows, last().length(), hiddenSize()));
        FloatTensor pooled = FloatTensor.allocate(TensorShape.of(rows, pooledSize()));
        Rows into = new Rows(embeds, pooled);
        if (guided) {
            Optional<List<String>> negative = negative(texts);
            if (negative.isPresent()) {
                into.put(0, encodeAll("negative prompt", negative.get(), 0, warnings, run));
            } // else the rows stay as they were allocated: zeros
        }
        into.put(rows - 1, encodeAll("prompt", texts.positive(), clipSkip, warnings, run));
        return new PromptEmbeddings(embeds, pooled, List.copyOf(warnings));
    }

    private Optional<List<String>> negative(PromptTexts texts) {
        if (texts.negative().isPresent() || forceZerosForEmptyPrompt) {
            return texts.negative();
        }
        return Optional.of(List.of("", ""));
    }

    private List<EncodedText> encodeAll(
            String name, List<String> texts, int clipSkip, List<String> warnings, OrtRun run) {
        List<EncodedText> encoded = new ArrayList<>();
        for (int i = 0; i < encoders.size(); i++) {
            EncodedText text = encoders.get(i).encode(texts.get(i), clipSkip, run);
            text.cutText().map(cut -> warning(name, cut)).ifPresent(warnings::add);
            encoded.add(text);
        }
        return encoded;
    }

    private String warning(String name, String cutText) {
        return "The " + name + " is longer than " + last().length() + " tokens; the model did not see its end: "
                + cutText;
    }

    private TextEncoder last() {
        return encoders.get(encoders.size() - 1);
    }

    /** Writes the encoders' states side by side into one row of the batch. */
    private record Rows(FloatTensor embeds, FloatTensor pooled) {

        void put(int row, List<EncodedText> texts) {
            int length = (int) embeds.shape().dimension(1);
            int width = (int) embeds.shape().dimension(2);
            int offset = 0;
            for (EncodedText text : texts) {
                int size = (int) text.hidden().shape().dimension(2);
                for (int position = 0; position < length; position++) {
                    embeds.put((row * length + position) * width + offset, text.hidden(), position * size, size);
                }
                offset += size;
            }
            int pooledSize = (int) pooled.shape().dimension(1);
            pooled.put(row * pooledSize, texts.get(texts.size() - 1).pooled(), 0, pooledSize);
        }
    }
}
