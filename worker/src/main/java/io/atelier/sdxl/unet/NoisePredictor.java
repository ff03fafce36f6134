package io.atelier.sdxl.unet;

import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtRun;
import io.atelier.ort.TensorShape;
import java.util.Map;

/**
 * A UNet under fixed conditions, with buffers that all steps share. Not thread-safe.
 */
public final class NoisePredictor {
    private final UNet unet;
    private final int rows;
    private final int latentSize;
    private final int sampleSize;
    private final FloatTensor sample;
    private final FloatTensor timestep;
    private final FloatTensor prediction;
    private final Map<String, FloatTensor> arguments;
    private final Map<String, FloatTensor> results;

    NoisePredictor(UNet unet, Conditioning conditioning, LatentShape shape) {
        this.unet = unet;
        this.rows = conditioning.rows();
        this.latentSize = shape.size();
        this.sampleSize = shape.size() / shape.channels() * unet.channels();
        this.sample = FloatTensor.allocate(TensorShape.of(rows, unet.channels(), shape.height(), shape.width()));
        this.timestep = FloatTensor.allocate(unet.timestepShape());
        this.prediction = FloatTensor.allocate(shape.batch(rows));
        this.arguments = Map.of(
                UNet.SAMPLE, sample,
                UNet.TIMESTEP, timestep,
                UNet.ENCODER_HIDDEN_STATES, conditioning.promptEmbeds(),
                UNet.TEXT_EMBEDS, conditioning.textEmbeds(),
                UNet.TIME_IDS, conditioning.timeIds());
        this.results = Map.of(UNet.OUT_SAMPLE, prediction);
    }

    /** How many predictions there are for a picture: 2 with guidance, else 1. */
    int rows() {
        return rows;
    }

    /** Shows the UNet the same beside the latents from now on: float32 [C - 4, H/8, W/8], empty for most UNets. */
    void showExtraChannels(float[] channels) {
        if (latentSize + channels.length != sampleSize) {
            throw new IllegalArgumentException(
                    channels.length + " numbers beside the latents, but the UNet takes " + (sampleSize - latentSize));
        }
        for (int row = 0; row < rows; row++) {
            sample.put(row * sampleSize + latentSize, channels);
        }
    }

    /**
     * Predicts the noise in the latents of one picture, under each row of the conditions.
     *
     * @param scaledLatents float32 [4, H/8, W/8], already scaled by the scheduler; read only
     * @return float32 [B, 4, H/8, W/8], without guidance yet; the next call overwrites it
     * @throws io.atelier.error.GenerationException INFERENCE_FAILED, or OUT_OF_MEMORY which another worker may survive
     */
    FloatTensor predict(float[] scaledLatents, float atTimestep, OrtRun run) {
        for (int row = 0; row < rows; row++) {
            sample.put(row * sampleSize, scaledLatents);
        }
        timestep.put(0, new float[] {atTimestep});
        unet.graph().run(arguments, results, run);
        return prediction;
    }
}
