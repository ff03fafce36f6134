package io.atelier.worker.draw;

import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.sdxl.Cancellation;
import io.atelier.sdxl.GeneratedImages;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.SdxlPipeline;
import io.atelier.sdxl.StepListener;
import io.atelier.sdxl.image.InfotextFormatter;
import java.util.ArrayList;
import java.util.List;

/** An {@link Artist} with an SDXL pipeline, which it does not own. */
public final class SdxlArtist implements Artist {
    private final SdxlPipeline pipeline;
    private final String modelName;

    public SdxlArtist(SdxlPipeline pipeline, String modelName) {
        this.pipeline = pipeline;
        this.modelName = modelName;
    }

    @Override
    public String modelName() {
        return modelName;
    }

    @Override
    public String modelDigest() {
        return pipeline.model().digest();
    }

    @Override
    public Commission accept(GenerationInput input, GenerationId id) {
        GenerationParameters parameters = InputMapping.toParameters(input, id, pipeline.model());
        return new Commission(InputMapping.effective(input, parameters), parameters);
    }

    @Override
    public Drawing draw(Commission commission, StepListener listener, Cancellation cancellation) {
        GeneratedImages images = pipeline.generate(commission.parameters(), listener, cancellation);
        List<Drawing.Picture> pictures = new ArrayList<>();
        for (int i = 0; i < images.images().size(); i++) {
            long seed = images.seeds().get(i);
            pictures.add(new Drawing.Picture(
                    images.images().get(i),
                    seed,
                    InfotextFormatter.format(commission.parameters(), seed, pipeline.model(), modelName)));
        }
        return new Drawing(pictures, images.timings(), images.warnings());
    }

    /** One short run, so that the first job does not pay for what the runtime puts off until then. */
    public void warmUp() {
        GenerationParameters small =
                GenerationParameters.builder("warm-up").numInferenceSteps(2).build();
        pipeline.generate(small, StepListener.NONE);
    }
}
