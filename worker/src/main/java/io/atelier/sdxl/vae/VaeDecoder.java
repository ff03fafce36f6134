package io.atelier.sdxl.vae;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtModel;
import io.atelier.ort.OrtRun;
import io.atelier.ort.OrtSessions;
import io.atelier.ort.TensorShape;
import io.atelier.sdxl.RgbImage;
import io.atelier.sdxl.model.GraphContract;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.unet.LatentShape;
import java.util.Map;
import java.util.Set;

/** Turns latents into pictures. */
public final class VaeDecoder {
    private static final String LATENT_SAMPLE = "latent_sample";
    private static final String SAMPLE = "sample";

    private final OrtModel graph;
    private final LatentScaling scaling;
    private final int vaeScaleFactor;

    private VaeDecoder(OrtModel graph, LatentScaling scaling, int vaeScaleFactor) {
        this.graph = graph;
        this.scaling = scaling;
        this.vaeScaleFactor = vaeScaleFactor;
    }

    /** @throws io.atelier.error.GenerationException MODEL_INVALID naming what is missing or wrong */
    public static VaeDecoder load(ModelFolder vae, OrtSessions sessions) {
        JsonNode config = vae.json("config.json");
        LatentScaling scaling = LatentScaling.of(vae, config);
        int levels = config.path("block_out_channels").size();
        if (levels == 0) {
            throw vae.invalid("config.json", "has no block_out_channels");
        }
        OrtModel graph = sessions.open(vae.file("model.onnx"));
        new GraphContract(graph)
                .takes(Set.of(LATENT_SAMPLE))
                .input(LATENT_SAMPLE, GraphContract.FLOATING, 4)
                .output(SAMPLE, GraphContract.FLOATING, 4)
                .inputDimension(LATENT_SAMPLE, 1, LatentShape.CHANNELS, "the UNet");
        return new VaeDecoder(graph, scaling, 1 << (levels - 1)); // each level but the first halves the picture
    }

    /** Pixels per latent, along each side. */
    public int vaeScaleFactor() {
        return vaeScaleFactor;
    }

    /**
     * @param latents float32 [4, H/8, W/8] as the denoising loop leaves them; read only
     * @throws io.atelier.error.GenerationException NOT_A_NUMBER, INFERENCE_FAILED or OUT_OF_MEMORY
     */
    public RgbImage decode(float[] latents, LatentShape shape, OrtRun run) {
        int width = shape.width() * vaeScaleFactor;
        int height = shape.height() * vaeScaleFactor;
        FloatTensor picture = FloatTensor.allocate(TensorShape.of(1, 3, height, width));
        FloatTensor scaled = FloatTensor.of(shape.batch(1), scaling.undo(latents));
        graph.run(Map.of(LATENT_SAMPLE, scaled), Map.of(SAMPLE, picture), run);
        return PixelConverter.toImage(picture.toArray(), width, height);
    }
}
