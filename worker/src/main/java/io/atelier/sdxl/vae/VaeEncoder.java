package io.atelier.sdxl.vae;

import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtModel;
import io.atelier.ort.OrtRun;
import io.atelier.ort.OrtSessions;
import io.atelier.ort.TensorShape;
import io.atelier.sdxl.model.GraphContract;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.unet.LatentShape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns pictures into latents. */
public final class VaeEncoder {
    private static final String SAMPLE = "sample";
    private static final String LATENT_PARAMETERS = "latent_parameters";
    private static final String LATENT_SAMPLE = "latent_sample";
    /** No name that a graph has. */
    private static final String NOISE = "atelier_noise";

    private static final int COLOURS = 3;
    /** Mean and spread of each latent. */
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
     * Exports of before October 2024 draw a random sample in the graph; theirs becomes an input, so that pictures can be
     * drawn a second time. Empty if the graph gives neither the distribution nor such a sample.
     *
     * @throws io.atelier.error.GenerationException MODEL_INVALID naming what is missing or wrong
     */
    public static Optional<VaeEncoder> load(ModelFolder vae, OrtSessions sessions, VaeTiling tiling) {
        VaeConfig config = VaeConfig.load(vae);
        Path file = vae.file("model.onnx");
        Optional<OrtModel> sampling = sessions.openWithNoise(file, NOISE);
        OrtModel graph = sampling.orElseGet(() -> sessions.open(file));
        new GraphContract(graph)
                .takes(sampling.isPresent() ? Set.of(SAMPLE, NOISE) : Set.of(SAMPLE))
                .inputDimension(SAMPLE, 1, COLOURS, "a picture");
        String output = sampling.isPresent() ? LATENT_SAMPLE : LATENT_PARAMETERS;
        return graph.output(output).map(present -> new VaeEncoder(graph, config, tiling));
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
        FloatTensor sample =
                FloatTensor.of(TensorShape.of(1, COLOURS, picture.height(), picture.width()), picture.values());
        float[] parameters = graph.output(LATENT_PARAMETERS).isPresent()
                ? parameters(sample, TensorShape.of(1, PARAMETERS, height, width), run)
                : parametersOfSamples(sample, TensorShape.of(1, LatentShape.CHANNELS, height, width), run);
        return new Planes(PARAMETERS, height, width, parameters);
    }

    private float[] parameters(FloatTensor sample, TensorShape shape, OrtRun run) {
        FloatTensor parameters = FloatTensor.allocate(shape);
        graph.run(Map.of(SAMPLE, sample), Map.of(LATENT_PARAMETERS, parameters), run);
        return parameters.toArray();
    }

    /** A sample is the mean plus the deviation times the noise, so noise of zeros and of ones tells both. */
    private float[] parametersOfSamples(FloatTensor sample, TensorShape shape, OrtRun run) {
        float[] mean = sampled(sample, shape, 0, run);
        float[] beside = sampled(sample, shape, 1, run);
        float[] parameters = Arrays.copyOf(mean, 2 * mean.length);
        for (int i = 0; i < mean.length; i++) {
            double deviation = Math.max(Float.MIN_NORMAL, (double) beside[i] - mean[i]);
            parameters[mean.length + i] = (float) (2 * Math.log(deviation));
        }
        return parameters;
    }

    private float[] sampled(FloatTensor sample, TensorShape shape, float noise, OrtRun run) {
        FloatTensor noises = FloatTensor.allocate(shape);
        float[] values = new float[shape.size()];
        Arrays.fill(values, noise);
        noises.put(0, values);
        FloatTensor latents = FloatTensor.allocate(shape);
        graph.run(Map.of(SAMPLE, sample, NOISE, noises), Map.of(LATENT_SAMPLE, latents), run);
        return latents.toArray();
    }
}
