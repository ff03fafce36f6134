package io.atelier.worker.draw;

import io.atelier.job.GenerationId;
import io.atelier.job.GenerationInput;
import io.atelier.job.WorkerStatus;
import io.atelier.message.RequestLimits;
import io.atelier.sdxl.Cancellation;
import io.atelier.sdxl.GeneratedImages;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.LatentPreview;
import io.atelier.sdxl.ModelDescription;
import io.atelier.sdxl.RgbImage;
import io.atelier.sdxl.SdxlPipeline;
import io.atelier.sdxl.StartImage;
import io.atelier.sdxl.StepListener;
import io.atelier.sdxl.image.InfotextFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An {@link Artist} with an SDXL pipeline, which it owns. */
public final class SdxlArtist implements Artist {
    private final SdxlPipeline pipeline;
    private final String modelName;
    private final InputPictures inputPictures;
    private final boolean previews;

    public SdxlArtist(SdxlPipeline pipeline, String modelName, InputPictures inputPictures) {
        this(pipeline, modelName, inputPictures, false);
    }

    /** @param previews whether those who watch are shown what the picture looks like so far */
    public SdxlArtist(SdxlPipeline pipeline, String modelName, InputPictures inputPictures, boolean previews) {
        this.previews = previews;
        this.pipeline = pipeline;
        this.modelName = modelName;
        this.inputPictures = inputPictures;
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
    public WorkerStatus.Capabilities capabilities(RequestLimits limits) {
        ModelDescription model = pipeline.model();
        return new WorkerStatus.Capabilities(
                model.nativeSize().width(),
                model.nativeSize().height(),
                limits.maxSide(),
                limits.maxPixels(),
                limits.maxSteps(),
                limits.maxImages(),
                model.schedulers(),
                model.hasRefiner(),
                model.readsImages(),
                model.needsMask(),
                InputMapping.defaults(model));
    }

    @Override
    public Commission accept(GenerationInput input, GenerationId id) {
        GenerationParameters parameters = InputMapping.toParameters(input, id, pipeline.model(), inputPictures);
        return new Commission(InputMapping.effective(input, parameters), parameters);
    }

    @Override
    public Optional<LatentPreview> preview() {
        return previews ? pipeline.model().preview() : Optional.empty();
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

    @Override
    public void warmUp() {
        GenerationParameters.Builder small =
                GenerationParameters.builder("warm-up").numInferenceSteps(2);
        if (pipeline.model().needsMask()) {
            RgbImage black = new RgbImage(64, 64, new byte[3 * 64 * 64]);
            small.start(new StartImage(black, 1, Optional.of(black)));
        }
        pipeline.generate(small.build(), StepListener.NONE);
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
