package io.atelier.sdxl.vae;

import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtModel;
import io.atelier.ort.OrtRun;
import io.atelier.ort.OrtSessions;
import io.atelier.ort.TensorShape;
import io.atelier.sdxl.model.GraphContract;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.unet.LatentShape;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns pictures into latents. */
public final class VaeEncoder {
    private static final String SAMPLE = "sample";
    private static final String LATENT_PARAMETERS = "latent_parameters";
    private static final int COLOURS = 3;
    /** Mean and logarithm of the variance of each latent. */
    private static final int PARAMETERS = 2 * LatentShape.CHANNELS;

    private final OrtModel graph;
    private final VaeConfig config;
    private final VaeTiling tiling;

    private VaeEncoder(OrtModel graph, VaeConfig config, VaeTiling tiling) {
        this.graph = graph;
        this.config = config;
        this.tiling = tiling;
    }

    /**
     * Empty if the graph is an export of before October 2024, which draws a random sample by itself: no picture could be
     * drawn a second time.
     *
     * @throws io.atelier.error.GenerationException MODEL_INVALID naming what is missing or wrong
     */
    public static Optional<VaeEncoder> load(ModelFolder vae, OrtSessions sessions, VaeTiling tiling) {
        VaeConfig config = VaeConfig.load(vae);
        OrtModel graph = sessions.open(vae.file("model.onnx"));
        new GraphContract(graph).takes(Set.of(SAMPLE)).inputDimension(SAMPLE, 1, COLOURS, "a picture");
        return graph.output(LATENT_PARAMETERS).isPresent()
                ? Optional.of(new VaeEncoder(graph, config, tiling))
                : Optional.empty();
    }

    /**
     * @param pixels float32 [3, height, width], -1 to 1; read only
     * @throws io.atelier.error.GenerationException NOT_A_NUMBER, INFERENCE_FAILED or OUT_OF_MEMORY
     */
    public LatentDistribution encode(float[] pixels, int width, int height, OrtRun run) {
        Planes picture = new Planes(COLOURS, height, width, pixels);
        Tiles tiles = new Tiles(config.sampleSize(), config.latentTile());
        Planes parameters = tiling.appliesTo(width, height) && tiles.divide(picture)
                ? tiles.transform(picture, tile -> encode(tile, run), PARAMETERS)
                : encode(picture, run);
        return LatentDistribution.of(parameters.values(), config.scaling());
    }

    private Planes encode(Planes picture, OrtRun run) {
        int height = picture.height() / config.scaleFactor();
        int width = picture.width() / config.scaleFactor();
        FloatTensor parameters = FloatTensor.allocate(TensorShape.of(1, PARAMETERS, height, width));
        FloatTensor sample =
                FloatTensor.of(TensorShape.of(1, COLOURS, picture.height(), picture.width()), picture.values());
        graph.run(Map.of(SAMPLE, sample), Map.of(LATENT_PARAMETERS, parameters), run);
        return new Planes(PARAMETERS, height, width, parameters.toArray());
    }
}
