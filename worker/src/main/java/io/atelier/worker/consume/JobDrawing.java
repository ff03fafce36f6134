package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationRequest;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.job.Timings;
import io.atelier.sdxl.StageTimings;
import io.atelier.worker.draw.Artist;
import io.atelier.worker.draw.Commission;
import io.atelier.worker.draw.Drawing;
import io.atelier.worker.draw.PictureEncoder;
import io.atelier.worker.draw.PictureEncoder.EncodedPicture;
import io.atelier.worker.event.EventPublisher;
import io.atelier.worker.event.ProgressReporter;
import io.atelier.worker.storage.ResultStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** From a request to its pictures in the store. Thread safe; only the drawing itself happens on the lane. */
final class JobDrawing {
    private final Artist artist;
    private final Lane lane;
    private final ResultStore results;
    private final EventPublisher events;
    private final Insistence insistence;
    private final Clock clock;

    JobDrawing(
            Artist artist, Lane lane, ResultStore results, EventPublisher events, Insistence insistence, Clock clock) {
        this.artist = artist;
        this.lane = lane;
        this.results = results;
        this.events = events;
        this.insistence = insistence;
        this.clock = clock;
    }

    /** @throws GenerationException if the request asks for what this worker does not have */
    Commission accept(GenerationRequest request) {
        if (request.model() != null && !request.model().equals(artist.modelName())) {
            throw new GenerationException(
                    ErrorCode.UNKNOWN_MODEL,
                    "No worker serves the model \"" + request.model() + "\"; there is \"" + artist.modelName() + "\"");
        }
        results.check(request.effectiveOutput());
        return artist.accept(request.input(), request.id());
    }

    /** The generation as it is from now on, while it is drawn. */
    Generation started(Generation queued, Commission commission) {
        Instant now = clock.instant();
        long queueMs = Math.max(0, Duration.between(queued.createdAt(), now).toMillis());
        return queued.toBuilder()
                .status(GenerationStatus.PROCESSING)
                .model(artist.modelName())
                .modelDigest(artist.modelDigest())
                .input(commission.input())
                .startedAt(now)
                .timings(new Timings(queueMs, null, null, null, null, null, null, null, null))
                .build();
    }

    /**
     * Draws, encodes and stores the pictures.
     *
     * @param job that was told to have started
     * @return the generation as it ends when that is committed
     */
    Generation draw(Job job, Commission commission) {
        Drawing drawing = onLane(job, commission);

        long encodeStart = System.nanoTime();
        List<EncodedPicture> encoded = new ArrayList<>();
        for (Drawing.Picture picture : drawing.pictures()) {
            encoded.add(PictureEncoder.encode(picture, job.output()));
        }
        long uploadStart = System.nanoTime();
        job.watch.encoded(Duration.ofNanos(uploadStart - encodeStart));
        List<OutputImage> images = new ArrayList<>();
        for (int i = 0; i < encoded.size(); i++) {
            images.add(store(job, i, drawing.pictures().get(i), encoded.get(i)));
        }
        long uploadEnd = System.nanoTime();

        Instant now = clock.instant();
        Generation started = job.generation;
        Timings timings = timings(
                started, drawing.timings(), millis(uploadStart - encodeStart), millis(uploadEnd - uploadStart), now);
        return started.toBuilder()
                .status(GenerationStatus.SUCCEEDED)
                .output(images)
                .warnings(drawing.warnings())
                .timings(timings)
                .completedAt(now)
                .build();
    }

    private Drawing onLane(Job job, Commission commission) {
        ProgressReporter reporter = new ProgressReporter(events, job.generation, artist.preview());
        Drawing drawing = lane.run(() -> {
            job.control.refuseIfStopped();
            try (WatchedDrawing watched = new WatchedDrawing(job.watch, job.control, reporter)) {
                return artist.draw(commission, watched, job.control.cancellation());
            }
        });
        job.control.leaveLane();
        return drawing;
    }

    private OutputImage store(Job job, int index, Drawing.Picture picture, EncodedPicture encoded) {
        return insistence.on(
                job.control, () -> results.put(job.generation.id(), index, picture, encoded, job.output()));
    }

    private static Timings timings(Generation started, StageTimings stages, long encodeMs, long uploadMs, Instant now) {
        return new Timings(
                started.timings().queueMs(),
                // The model is in memory before a worker takes work.
                0L,
                stages.encodePrompt().toMillis(),
                stages.base().toMillis(),
                stages.refiner().toMillis(),
                stages.vae().toMillis(),
                encodeMs,
                uploadMs,
                Duration.between(started.startedAt(), now).toMillis());
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }
}
