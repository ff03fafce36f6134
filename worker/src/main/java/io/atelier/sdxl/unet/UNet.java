package io.atelier.sdxl.unet;

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

    private UNet(OrtModel graph, int channels) {
        this.graph = graph;
        this.channels = channels;
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
        new GraphContract(graph)
                .takes(Set.of(SAMPLE, TIMESTEP, ENCODER_HIDDEN_STATES, TEXT_EMBEDS, TIME_IDS))
                .gives(OUT_SAMPLE)
                .inputDimension(SAMPLE, 1, channels, "config.json")
                .inputDimension(ENCODER_HIDDEN_STATES, -1, promptWidth, "the text encoder")
                .inputDimension(TEXT_EMBEDS, -1, pooledWidth, "the text encoder")
                .inputDimension(TIME_IDS, -1, timeIds, "model_index.json");
        return new UNet(graph, channels);
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
