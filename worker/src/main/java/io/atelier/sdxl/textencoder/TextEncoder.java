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
import io.atelier.sdxl.model.GraphContract;
import io.atelier.sdxl.model.HiddenStates;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.tokenizer.ClipTokenizer;
import io.atelier.sdxl.tokenizer.TokenIds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A CLIP text encoder with its tokenizer. */
public final class TextEncoder {
    private static final String GRAPH = "model.onnx";
    private static final String INPUT_IDS = "input_ids";
    private static final String TEXT_EMBEDS = "text_embeds";

    private final OrtModel graph;
    private final HiddenStates hiddenStates;
    private final ClipTokenizer tokenizer;
    private final int layers;
    private final int hiddenSize;
    private final int pooledSize;

    private TextEncoder(
            OrtModel graph,
            HiddenStates hiddenStates,
            ClipTokenizer tokenizer,
            int layers,
            int hiddenSize,
            int pooledSize) {
        this.graph = graph;
        this.hiddenStates = hiddenStates;
        this.tokenizer = tokenizer;
        this.layers = layers;
        this.hiddenSize = hiddenSize;
        this.pooledSize = pooledSize;
    }

    /** @throws GenerationException MODEL_INVALID naming what is missing or wrong */
    public static TextEncoder load(ModelFolder encoder, ClipTokenizer tokenizer, OrtSessions sessions) {
        JsonNode config = encoder.json("config.json");
        int layers = config.path("num_hidden_layers").asInt();
        if (layers < 1) {
            throw encoder.invalid("config.json", "has no num_hidden_layers");
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

    /**
     * @param clipSkip layers to leave out, counted from the last but one, which is 0
     * @throws GenerationException UNSUPPORTED if there are not that many layers
     */
    EncodedText encode(String text, int clipSkip, OrtRun run) {
        String states = hiddenStates
                .name(penultimate(layers) - clipSkip)
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.UNSUPPORTED, "The text encoder has not enough layers for clip_skip " + clipSkip));
        TokenIds tokens = tokenizer.tokenize(text);
        FloatTensor hidden = FloatTensor.allocate(TensorShape.of(1, length(), hiddenSize));
        FloatTensor pooled = FloatTensor.allocate(TensorShape.of(1, pooledSize));
        Map<String, FloatTensor> results = new LinkedHashMap<>(Map.of(states, hidden));
        if (pooledSize > 0) {
            results.put(TEXT_EMBEDS, pooled);
        }
        graph.run(Map.of(INPUT_IDS, LongTensor.of(TensorShape.of(1, length()), tokens.ids())), results, run);
        return new EncodedText(hidden, pooled, tokens.cutText());
    }

    /**
     * @param hidden  float32 [1, 77, hidden size]
     * @param pooled  float32 [1, projection size], or [1, 0] from an encoder without projection
     * @param cutText the end of the text, if it was too long
     */
    record EncodedText(FloatTensor hidden, FloatTensor pooled, Optional<String> cutText) {}
}
