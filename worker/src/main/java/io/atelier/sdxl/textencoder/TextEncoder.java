package io.atelier.sdxl.textencoder;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.ort.FloatTensor;
import io.atelier.ort.LongTensor;
import io.atelier.ort.OrtModel;
import io.atelier.ort.OrtRun;
import io.atelier.ort.OrtSessions;
import io.atelier.ort.TensorShape;
import io.atelier.sdxl.PromptSyntax;
import io.atelier.sdxl.model.GraphContract;
import io.atelier.sdxl.model.HiddenStates;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.tokenizer.ClipTokenizer;
import io.atelier.sdxl.tokenizer.TokenIds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A CLIP text encoder with its tokenizer. Not thread-safe, as it remembers texts. */
public final class TextEncoder {
    public static final String CONFIG = "config.json";

    private static final String GRAPH = "model.onnx";
    private static final String INPUT_IDS = "input_ids";
    private static final String TEXT_EMBEDS = "text_embeds";

    private final OrtModel graph;
    private final HiddenStates hiddenStates;
    private final ClipTokenizer tokenizer;
    private final EncodedTextCache cache;
    private final int layers;
    private final int hiddenSize;
    private final int pooledSize;

    private TextEncoder(
            OrtModel graph,
            HiddenStates hiddenStates,
            ClipTokenizer tokenizer,
            EncodedTextCache cache,
            int layers,
            int hiddenSize,
            int pooledSize) {
        this.graph = graph;
        this.hiddenStates = hiddenStates;
        this.tokenizer = tokenizer;
        this.cache = cache;
        this.layers = layers;
        this.hiddenSize = hiddenSize;
        this.pooledSize = pooledSize;
    }

    /** @throws GenerationException MODEL_INVALID naming what is missing or wrong */
    public static TextEncoder load(
            ModelFolder encoder, ClipTokenizer tokenizer, EncodedTextCache cache, OrtSessions sessions) {
        JsonNode config = encoder.json(CONFIG);
        int layers = config.path("num_hidden_layers").asInt();
        if (layers < 1) {
            throw encoder.invalid(CONFIG, "has no num_hidden_layers");
        }
        OrtModel graph = sessions.open(encoder.file(GRAPH));
        HiddenStates hiddenStates = HiddenStates.of(graph, layers);
        String penultimate = hiddenStates.name(penultimate(layers)).orElseThrow();
        GraphContract contract = new GraphContract(graph)
                .takes(Set.of(INPUT_IDS))
                .input(INPUT_IDS, GraphContract.WHOLE, 2)
                .output(penultimate, GraphContract.FLOATING, 3);
        boolean isPooling = graph.output(TEXT_EMBEDS).isPresent();
        if (isPooling) {
            contract.output(TEXT_EMBEDS, GraphContract.FLOATING, 2);
        }
        return new TextEncoder(
                graph,
                hiddenStates,
                tokenizer,
                cache,
                layers,
                contract.width(penultimate, config.path("hidden_size").asInt()),
                isPooling
                        ? contract.width(
                                TEXT_EMBEDS, config.path("projection_dim").asInt())
                        : 0);
    }

    /** What SDXL was trained on. */
    private static int penultimate(int layers) {
        return layers - 1;
    }

    public int hiddenSize() {
        return hiddenSize;
    }

    /** Length of the pooled text, 0 if this encoder gives none. */
    public int pooledSize() {
        return pooledSize;
    }

    /** Ids per text. */
    public int length() {
        return tokenizer.length();
    }

    /** The same encoder for another tokenizer, without a second copy of the weights. */
    public TextEncoder with(ClipTokenizer other) {
        return tokenizer.isSameAs(other)
                ? this
                : new TextEncoder(graph, hiddenStates, other, cache, layers, hiddenSize, pooledSize);
    }

    /**
     * @param clipSkip layers to leave out, counted from the last but one, which is 0
     * @throws GenerationException UNSUPPORTED if there are not that many layers
     */
    EncodedText encode(String text, PromptSyntax syntax, int clipSkip, OrtRun run) {
        EncodedTextCache.Key key = new EncodedTextCache.Key(this, text, syntax, clipSkip);
        Optional<EncodedText> known = cache.get(key);
        if (known.isPresent()) {
            return known.get();
        }
        EncodedText encoded = syntax == PromptSyntax.WEIGHTED
                ? encodeWeighted(text, clipSkip, run)
                : encodePlain(text, clipSkip, run);
        cache.put(key, encoded);
        return encoded;
    }

    private EncodedText encodePlain(String text, int clipSkip, OrtRun run) {
        TokenIds tokens = tokenizer.tokenize(text);
        States states = states(tokens.ids(), clipSkip, run);
        return new EncodedText(List.of(states.hidden), states.pooled, tokens.cutText());
    }

    /** @see "ComfyUI comfy/sd1_clip.py, ClipTokenWeightEncoder" */
    private EncodedText encodeWeighted(String text, int clipSkip, OrtRun run) {
        List<TokenWindow> windows = TokenWindow.pack(WeightedText.parse(text), tokenizer);
        List<float[]> hidden = new ArrayList<>();
        float[] pooled = null;
        for (TokenWindow window : windows) {
            States states = states(window.ids(), clipSkip, run);
            if (window.isWeighted()) {
                float[] empty = encode("", PromptSyntax.PLAIN, clipSkip, run).window(0);
                interpolate(empty, states.hidden, window.weights());
            }
            hidden.add(states.hidden);
            pooled = pooled == null ? states.pooled : pooled;
        }
        return new EncodedText(hidden, pooled, Optional.empty());
    }

    /** Moves each position from the empty text's state (weight 0) through its own (1) and beyond. */
    private void interpolate(float[] empty, float[] states, float[] weights) {
        for (int position = 0; position < weights.length; position++) {
            float weight = weights[position];
            if (weight != 1) {
                for (int i = position * hiddenSize; i < (position + 1) * hiddenSize; i++) {
                    states[i] = (states[i] - empty[i]) * weight + empty[i];
                }
            }
        }
    }

    private States states(long[] ids, int clipSkip, OrtRun run) {
        String states = hiddenStates
                .name(penultimate(layers) - clipSkip)
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.UNSUPPORTED, "The text encoder has not enough layers for clip_skip " + clipSkip));
        FloatTensor hidden = FloatTensor.allocate(TensorShape.of(1, length(), hiddenSize));
        FloatTensor pooled = FloatTensor.allocate(TensorShape.of(1, pooledSize));
        Map<String, FloatTensor> results = new LinkedHashMap<>(Map.of(states, hidden));
        if (pooledSize > 0) {
            results.put(TEXT_EMBEDS, pooled);
        }
        graph.run(Map.of(INPUT_IDS, LongTensor.of(TensorShape.of(1, length()), ids)), results, run);
        return new States(hidden.toArray(), pooled.toArray());
    }

    /**
     * What the graph says about one window.
     *
     * @param hidden float32 [77, hidden size]
     * @param pooled float32 [projection size], or empty from an encoder without projection
     */
    private record States(float[] hidden, float[] pooled) {}
}
