package io.atelier.sdxl.unet;

import io.atelier.ort.BoundModel;
import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtRun;
import io.atelier.ort.TensorShape;
import java.util.List;
import java.util.Map;

/** The UNet's inputs and output for a number of pictures: row by row [negative x n, positive x n]. */
final class UNetBatch {
    private final int pictures;
    private final int latentSize;
    private final int sampleSize;
    private final OrtRun run;
    private List<LatentPicture> shown = List.of();
    private final FloatTensor sample;
    private final FloatTensor timestep;
    private final FloatTensor prediction;
    private final BoundModel bound;

    /** @param run closes what is native here */
    UNetBatch(UNet unet, Conditioning conditioning, LatentShape shape, int pictures, OrtRun run) {
        Conditioning rows = conditioning.repeated(pictures);
        this.pictures = pictures;
        this.run = run;
        this.latentSize = shape.size();
        this.sampleSize = shape.size() / shape.channels() * unet.channels();
        this.sample = FloatTensor.allocate(TensorShape.of(rows.rows(), unet.channels(), shape.height(), shape.width()));
        this.timestep = FloatTensor.allocate(unet.timestepShape());
        this.prediction = FloatTensor.allocate(shape.batch(rows.rows()));
        this.bound = run.keep(unet.graph()
                .bind(
                        Map.of(
                                UNet.SAMPLE, sample,
                                UNet.TIMESTEP, timestep,
                                UNet.ENCODER_HIDDEN_STATES, rows.promptEmbeds(),
                                UNet.TEXT_EMBEDS, rows.textEmbeds(),
                                UNet.TIME_IDS, rows.timeIds()),
                        Map.of(unet.outputName(), prediction)));
    }

    boolean fits(int wanted, OrtRun current) {
        return pictures == wanted && run == current;
    }

    /** Puts what the UNet sees beside the latents into the batch, once for all steps of the same pictures. */
    void show(List<LatentPicture> wanted) {
        if (wanted.equals(shown)) {
            return;
        }
        for (int row = 0; row < rows(); row++) {
            float[] channels = wanted.get(row % pictures).inpainting().extraChannels();
            if (latentSize + channels.length != sampleSize) {
                throw new IllegalArgumentException(channels.length + " numbers beside the latents, but the UNet takes "
                        + (sampleSize - latentSize));
            }
            sample.put(row * sampleSize + latentSize, channels);
        }
        shown = wanted;
    }

    FloatTensor predict(List<float[]> scaledLatents, float atTimestep) {
        for (int row = 0; row < rows(); row++) {
            sample.put(row * sampleSize, scaledLatents.get(row % pictures));
        }
        timestep.put(0, atTimestep);
        bound.run(run);
        return prediction;
    }

    private int rows() {
        return (int) sample.shape().dimension(0);
    }
}
