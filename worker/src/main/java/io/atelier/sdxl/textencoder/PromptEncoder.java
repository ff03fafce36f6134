package io.atelier.sdxl.textencoder;

import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtRun;
import io.atelier.ort.TensorShape;
import io.atelier.sdxl.PromptSyntax;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
        Reader reader = new Reader(texts.syntax(), run);
        PromptRow positive = reader.read("prompt", texts.positive(), clipSkip);
        if (!guided) {
            return reader.embeddings(List.of(positive));
        }
        PromptRow negative = negative(texts)
                .map(some -> reader.read("negative prompt", some, 0))
                .orElseGet(() -> PromptRow.zeros(positive));
        int count = PromptRow.commonCount(negative.size(), positive.size());
        return reader.embeddings(List.of(
                negative.stretch(count, () -> reader.readEmpty(0)),
                positive.stretch(count, () -> reader.readEmpty(clipSkip))));
    }

    private Optional<List<String>> negative(PromptTexts texts) {
        if (texts.negative().isPresent() || forceZerosForEmptyPrompt) {
            return texts.negative();
        }
        return Optional.of(List.of("", ""));
    }

    private TextEncoder last() {
        return encoders.get(encoders.size() - 1);
    }

    /** Reads the prompts of one request, and gathers what its submitter should know. */
    private final class Reader {
        private final PromptSyntax syntax;
        private final OrtRun run;
        /** A set, since both encoders often say the same. */
        private final Set<String> warnings = new LinkedHashSet<>();

        Reader(PromptSyntax syntax, OrtRun run) {
            this.syntax = syntax;
            this.run = run;
        }

        PromptRow read(String name, List<String> texts, int clipSkip) {
            List<EncodedText> encoded = encode(texts, clipSkip);
            for (EncodedText text : encoded) {
                text.cutText().map(cut -> warning(name, cut)).ifPresent(warnings::add);
            }
            return PromptRow.join(encoded, () -> encode(List.of("", ""), clipSkip), last().length());
        }

        PromptRow readEmpty(int clipSkip) {
            return read("empty prompt", List.of("", ""), clipSkip);
        }

        private List<EncodedText> encode(List<String> texts, int clipSkip) {
            List<EncodedText> encoded = new ArrayList<>();
            for (int i = 0; i < encoders.size(); i++) {
                encoded.add(encoders.get(i).encode(texts.get(i), syntax, clipSkip, run));
            }
            return encoded;
        }

        private String warning(String name, String cutText) {
            return "The " + name + " is longer than " + last().length() + " tokens; the model did not see its end: "
                    + cutText;
        }

        /** All rows have the same number of windows. */
        PromptEmbeddings embeddings(List<PromptRow> rows) {
            int windowSize = last().length() * hiddenSize();
            int count = rows.get(0).size();
            FloatTensor embeds =
                    FloatTensor.allocate(TensorShape.of(rows.size(), (long) count * last().length(), hiddenSize()));
            FloatTensor pooled = FloatTensor.allocate(TensorShape.of(rows.size(), pooledSize()));
            for (int row = 0; row < rows.size(); row++) {
                for (int window = 0; window < count; window++) {
                    embeds.put(
                            (row * count + window) * windowSize,
                            rows.get(row).windows().get(window));
                }
                pooled.put(row * pooledSize(), rows.get(row).pooled());
            }
            return new PromptEmbeddings(embeds, pooled, List.copyOf(warnings));
        }
    }
}
