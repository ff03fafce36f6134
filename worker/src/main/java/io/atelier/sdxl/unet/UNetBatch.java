package io.atelier.sdxl.unet;

import io.atelier.ort.BoundModel;
import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtRun;
import java.util.List;
import java.util.Map;

/** The UNet's inputs and output for a number of pictures: row by row [negative x n, positive x n]. */
final class UNetBatch {
    private final int pictures;
    private final OrtRun run;
    private final FloatTensor sample;
    private final FloatTensor timestep;
    private final FloatTensor prediction;
    private final BoundModel bound;

    /** @param run closes what is native here */
    UNetBatch(UNet unet, Conditioning conditioning, LatentShape shape, int pictures, OrtRun run) {
        Conditioning rows = conditioning.repeated(pictures);
        this.pictures = pictures;
        this.run = run;
        this.sample = FloatTensor.allocate(shape.batch(rows.rows()));
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

    FloatTensor predict(List<float[]> scaledLatents, float atTimestep) {
        int size = scaledLatents.get(0).length;
        int rows = (int) sample.shape().dimension(0);
        for (int row = 0; row < rows; row++) {
            sample.put(row * size, scaledLatents.get(row % pictures));
        }
        timestep.put(0, atTimestep);
        bound.run(run);
        return prediction;
    }
}
