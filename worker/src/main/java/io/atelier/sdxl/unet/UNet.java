package io.atelier.sdxl.unet;

import static io.atelier.sdxl.model.GraphContract.FLOATING;
import static io.atelier.sdxl.model.GraphContract.NUMBERS;

import io.atelier.ort.OrtModel;
import io.atelier.ort.OrtSessions;
import io.atelier.ort.TensorShape;
import io.atelier.sdxl.model.GraphContract;
import io.atelier.sdxl.model.ModelFolder;
import java.util.Set;

/** The network that tells noise from picture. */
public final class UNet {
    static final String SAMPLE = "sample";
    static final String TIMESTEP = "timestep";
    static final String ENCODER_HIDDEN_STATES = "encoder_hidden_states";
    static final String TEXT_EMBEDS = "text_embeds";
    static final String TIME_IDS = "time_ids";
    static final String OUT_SAMPLE = "out_sample";

    private static final int INPAINTING_CHANNELS = 2 * LatentShape.CHANNELS + 1;

    private final OrtModel graph;
    private final int channels;
    private final String outputName;

    private UNet(OrtModel graph, int channels, String outputName) {
        this.graph = graph;
        this.channels = channels;
        this.outputName = outputName;
    }

    /**
     * @param promptWidth width of the prompt embeddings that it will be given
     * @param pooledWidth width of the pooled prompts
     * @param timeIds     how many micro-conditions
     * @throws io.atelier.error.GenerationException MODEL_INVALID if the graph cannot take them, or lacks something
     */
    public static UNet load(ModelFolder unet, int promptWidth, int pooledWidth, int timeIds, OrtSessions sessions) {
        int channels = unet.json("config.json").path("in_channels").asInt(LatentShape.CHANNELS);
        if (channels != LatentShape.CHANNELS && channels != INPAINTING_CHANNELS) {
            throw unet.invalid("config.json", "has in_channels " + channels + "; only 4 and 9 are known");
        }
        OrtModel graph = sessions.open(unet.file("model.onnx"));
        String output =
                graph.outputNames().size() == 1 ? graph.outputNames().iterator().next() : OUT_SAMPLE;
        new GraphContract(graph)
                .takes(Set.of(SAMPLE, TIMESTEP, ENCODER_HIDDEN_STATES, TEXT_EMBEDS, TIME_IDS))
                .input(SAMPLE, FLOATING, 4)
                .input(TIMESTEP, NUMBERS, 0, 1)
                .input(ENCODER_HIDDEN_STATES, FLOATING, 3)
                .input(TEXT_EMBEDS, FLOATING, 2)
                .input(TIME_IDS, NUMBERS, 2)
                .output(output, FLOATING, 4)
                .isOpen(SAMPLE, 0)
                .inputDimension(SAMPLE, 1, channels, "config.json")
                .inputDimension(ENCODER_HIDDEN_STATES, -1, promptWidth, "the text encoder")
                .inputDimension(TEXT_EMBEDS, -1, pooledWidth, "the text encoder")
                .inputDimension(TIME_IDS, -1, timeIds, "model_index.json");
        return new UNet(graph, channels, output);
    }

    /** Whether it was trained for inpainting and draws nothing else. */
    public boolean needsMask() {
        return channels == INPAINTING_CHANNELS;
    }

    int channels() {
        return channels;
    }

    OrtModel graph() {
        return graph;
    }

    /** Exporters agree on its one output, not on what to call it. */
    String outputName() {
        return outputName;
    }

    /** Current exports take the timestep as a scalar, older ones as an array of one. */
    TensorShape timestepShape() {
        boolean isScalar = graph.input(TIMESTEP).orElseThrow().rank() == 0;
        return isScalar ? TensorShape.of() : TensorShape.of(1);
    }

    /** Makes ready for pictures of one size under the same conditions. */
    public NoisePredictor predictor(Conditioning conditioning, LatentShape shape) {
        return new NoisePredictor(this, conditioning, shape);
    }
}
