package io.atelier.sdxl.vae;

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
    private static final int COLOURS = 3;

    private final OrtModel graph;
    private final VaeConfig config;
    private final VaeTiling tiling;

    private VaeDecoder(OrtModel graph, VaeConfig config, VaeTiling tiling) {
        this.graph = graph;
        this.config = config;
        this.tiling = tiling;
    }

    /** @throws io.atelier.error.GenerationException MODEL_INVALID naming what is missing or wrong */
    public static VaeDecoder load(ModelFolder vae, OrtSessions sessions, VaeTiling tiling) {
        VaeConfig config = VaeConfig.load(vae);
        OrtModel graph = sessions.open(vae.file("model.onnx"));
        new GraphContract(graph)
                .takes(Set.of(LATENT_SAMPLE))
                .input(LATENT_SAMPLE, GraphContract.FLOATING, 4)
                .output(SAMPLE, GraphContract.FLOATING, 4)
                .inputDimension(LATENT_SAMPLE, 1, LatentShape.CHANNELS, "the UNet");
        return new VaeDecoder(graph, config, tiling);
    }

    /** Pixels per latent, along each side. */
    public int vaeScaleFactor() {
        return config.scaleFactor();
    }

    /** What latents of unit variance are divided by, as config.json has it. */
    public float scalingFactor() {
        return config.scaling().scalingFactor();
    }

    /**
     * @param latents float32 [4, H/8, W/8] as the denoising loop leaves them; read only
     * @throws io.atelier.error.GenerationException NOT_A_NUMBER, INFERENCE_FAILED or OUT_OF_MEMORY
     */
    public RgbImage decode(float[] latents, LatentShape shape, OrtRun run) {
        int width = shape.width() * vaeScaleFactor();
        int height = shape.height() * vaeScaleFactor();
        Planes scaled = new Planes(
                shape.channels(),
                shape.height(),
                shape.width(),
                config.scaling().undo(latents));
        Tiles tiles = new Tiles(config.latentTile(), config.latentTile() * vaeScaleFactor());
        Planes picture = tiling.appliesTo(width, height) && tiles.divide(scaled)
                ? tiles.transform(scaled, tile -> decode(tile, run), COLOURS)
                : decode(scaled, run);
        return PixelConverter.toImage(picture.values(), width, height);
    }

    private Planes decode(Planes latents, OrtRun run) {
        int height = latents.height() * vaeScaleFactor();
        int width = latents.width() * vaeScaleFactor();
        FloatTensor picture = FloatTensor.allocate(TensorShape.of(1, COLOURS, height, width));
        FloatTensor sample = FloatTensor.of(
                TensorShape.of(1, latents.channels(), latents.height(), latents.width()), latents.values());
        graph.run(Map.of(LATENT_SAMPLE, sample), Map.of(SAMPLE, picture), run);
        return new Planes(COLOURS, height, width, picture.toArray());
    }
}
