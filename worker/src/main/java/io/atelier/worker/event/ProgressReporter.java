package io.atelier.worker.event;

import io.atelier.job.Generation;
import io.atelier.job.Progress;
import io.atelier.sdxl.LatentPreview;
import io.atelier.sdxl.Stage;
import io.atelier.sdxl.StepListener;
import io.atelier.sdxl.unet.LatentShape;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Tells of the progress of one generation, at most twice a second and always of its last step. */
public final class ProgressReporter implements StepListener {
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final String JPEG_URL = "data:image/jpeg;base64,";

    private final EventPublisher publisher;
    private final Generation generation;
    private final Optional<LatentPreview> preview;
    private Duration next = Duration.ZERO;
    /** Of the first picture of the batch; null before the first step. */
    private float[] latents;

    private LatentShape shape;

    /** @param preview shows what the first picture looks like so far; empty to tell of numbers only */
    public ProgressReporter(EventPublisher publisher, Generation generation, Optional<LatentPreview> preview) {
        this.publisher = publisher;
        this.generation = generation;
        this.preview = preview;
    }

    /** Kept by copying, which is cheap; whether this step is told of is known only afterwards. */
    @Override
    public void onLatents(Stage stage, LatentShape shape, List<float[]> latents) {
        if (preview.isPresent()) {
            this.latents = latents.get(0).clone();
            this.shape = shape;
        }
    }

    @Override
    public void onStep(Stage stage, int step, int steps, Duration elapsed) {
        boolean last = stage != Stage.VAE && step == steps;
        if (elapsed.compareTo(next) < 0 && !last) {
            return;
        }
        next = elapsed.plus(INTERVAL);
        Progress progress = new Progress(stage.wireName(), step, steps, picture());
        publisher.publishProgress(generation.toBuilder().progress(progress).build());
    }

    private String picture() {
        return latents == null
                ? null
                : preview.map(p -> p.toJpeg(latents, shape))
                        .map(jpeg -> JPEG_URL + Base64.getEncoder().encodeToString(jpeg))
                        .orElse(null);
    }
}
