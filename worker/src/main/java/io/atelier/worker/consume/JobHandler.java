package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationError;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.job.OutputSettings;
import io.atelier.job.Timings;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestParser;
import io.atelier.message.RequestRecord;
import io.atelier.sdxl.Cancellation;
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
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order of a job: read, finished already?, tell of the start, draw, store the pictures, store the manifest (the commit),
 * tell of the end. Whoever repeats it after a crash at any point repeats harmless steps only.
 */
public final class JobHandler {
    private static final Logger LOG = LoggerFactory.getLogger(JobHandler.class);

    private final MessageCodec codec;
    private final RequestParser parser;
    private final Artist artist;
    private final ResultStore results;
    private final EventPublisher events;
    private final JobObserver observer;
    private final RetryPolicy retries;
    private final String worker;
    private final Clock clock;

    public JobHandler(
            MessageCodec codec,
            RequestParser parser,
            Artist artist,
            ResultStore results,
            EventPublisher events,
            JobObserver observer,
            RetryPolicy retries,
            String worker,
            Clock clock) {
        this.codec = codec;
        this.parser = parser;
        this.artist = artist;
        this.results = results;
        this.events = events;
        this.observer = observer;
        this.retries = retries;
        this.worker = worker;
        this.clock = clock;
    }

    /** Does all of one job on the calling thread. Failures are outcomes, not exceptions. */
    public JobOutcome handle(Delivery delivery, Cancellation cancellation) {
        RequestRecord read = codec.readRequest(delivery.record(), parser);
        Generation queued = queued(read).toBuilder()
                .attempt(delivery.attempt())
                .worker(worker)
                .build();
        JobWatch watch = observer.taken(delivery, queued);
        JobWatch.Scope scope = watch.enter();
        try (scope) {
            return outcome(delivery, read, queued, cancellation, watch);
        }
    }

    private JobOutcome outcome(
            Delivery delivery, RequestRecord read, Generation queued, Cancellation cancellation, JobWatch watch) {
        try {
            Generation ended = end(read, queued, cancellation, watch);
            watch.ended(ended);
            LOG.info("{} {} (attempt {})", ended.id(), ended.status().wireName(), delivery.attempt());
            return new JobOutcome.Finished();
        } catch (CancellationException e) {
            LOG.info("{} stopped before its end (attempt {})", queued.id(), delivery.attempt());
            watch.handedBack(Optional.empty());
            return new JobOutcome.Abandoned();
        } catch (GenerationException e) {
            return failed(delivery, queued, e, watch);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("{} failed by a fault of the worker", queued.id(), MutedFailure.of(e));
            ErrorCode code = e instanceof OutOfMemoryError ? ErrorCode.OUT_OF_MEMORY : ErrorCode.INTERNAL;
            return failed(delivery, queued, new GenerationException(code, "The worker failed: " + e, e), watch);
        }
    }

    /** The object as far as the record tells; its id is null if the record names none. */
    private static Generation queued(RequestRecord read) {
        return read.request()
                .map(request -> Generation.queued(request, read.createdAt()))
                .orElseGet(() -> new Generation.Builder()
                        .id(read.id().orElse(null))
                        .createdAt(read.createdAt())
                        .build());
    }

    private Generation end(RequestRecord read, Generation queued, Cancellation cancellation, JobWatch watch) {
        GenerationRequest request = read.requireRequest();
        OutputSettings output = request.effectiveOutput();
        Optional<Generation> finished = results.finished(request.id());
        if (finished.isPresent()) {
            return tellAgain(finished.get(), output);
        }
        retries.checkAttempts(queued.attempt());
        Commission commission = accept(request);
        Generation started = started(queued, commission);
        events.publish(EventType.STARTED, started);
        watch.started(started);
        return draw(started, commission, output, cancellation, watch);
    }

    /** With the attempt of the manifest, and so with the {@code ce_id} that the event had the first time. */
    private Generation tellAgain(Generation finished, OutputSettings output) {
        Generation again = results.withFreshUrls(finished, output);
        events.publish(EventType.SUCCEEDED, again);
        return again;
    }

    private Commission accept(GenerationRequest request) {
        if (request.model() != null && !request.model().equals(artist.modelName())) {
            throw new GenerationException(
                    ErrorCode.UNKNOWN_MODEL,
                    "No worker serves the model \"" + request.model() + "\"; there is \"" + artist.modelName() + "\"");
        }
        results.check(request.effectiveOutput());
        return artist.accept(request.input(), request.id());
    }

    private Generation started(Generation queued, Commission commission) {
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

    private Generation draw(
            Generation started,
            Commission commission,
            OutputSettings output,
            Cancellation cancellation,
            JobWatch watch) {
        Drawing drawing;
        try (WatchedDrawing listener = new WatchedDrawing(watch, new ProgressReporter(events, started))) {
            drawing = artist.draw(commission, listener, cancellation);
        }

        long encodeStart = System.nanoTime();
        List<EncodedPicture> encoded = new ArrayList<>();
        for (Drawing.Picture picture : drawing.pictures()) {
            encoded.add(PictureEncoder.encode(picture, output));
        }
        long uploadStart = System.nanoTime();
        watch.encoded(Duration.ofNanos(uploadStart - encodeStart));
        List<OutputImage> images = new ArrayList<>();
        for (int i = 0; i < encoded.size(); i++) {
            images.add(results.put(started.id(), i, drawing.pictures().get(i), encoded.get(i), output));
        }
        long uploadEnd = System.nanoTime();

        refuseIfCancelled(cancellation);
        Optional<Generation> finished = results.finished(started.id());
        if (finished.isPresent()) {
            // Whoever took over while this worker seemed dead was faster; there is one end, and it is theirs.
            return tellAgain(finished.get(), output);
        }
        Instant now = clock.instant();
        Timings timings = timings(
                started, drawing.timings(), millis(uploadStart - encodeStart), millis(uploadEnd - uploadStart), now);
        Generation succeeded = started.toBuilder()
                .status(GenerationStatus.SUCCEEDED)
                .output(images)
                .warnings(drawing.warnings())
                .timings(timings)
                .completedAt(now)
                .build();
        results.commit(succeeded);
        events.publish(EventType.SUCCEEDED, succeeded);
        return succeeded;
    }

    /** Whoever lost the lock meanwhile must not commit: somebody else draws the picture now. */
    private static void refuseIfCancelled(Cancellation cancellation) {
        if (cancellation.isCancelled()) {
            throw new CancellationException("Stopped before the commit");
        }
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

    private JobOutcome failed(Delivery delivery, Generation generation, GenerationException failure, JobWatch watch) {
        if (failure.code().retryable() && !retries.isLast(delivery.attempt())) {
            Duration delay = retries.delay(delivery.attempt());
            LOG.warn(
                    "{} attempt {} failed, again after {}: {}: {}",
                    generation.id(),
                    delivery.attempt(),
                    delay,
                    failure.code().wireName(),
                    MutedFailure.message(failure));
            watch.handedBack(Optional.of(failure.code()));
            return new JobOutcome.Retry(delay);
        }
        return giveUp(delivery, generation, retries.lastWord(delivery.attempt(), failure), watch);
    }

    /** Tells first, then sets the record aside; if either cannot be stored the record stays with Kafka. */
    private JobOutcome giveUp(Delivery delivery, Generation generation, GenerationException failure, JobWatch watch) {
        GenerationId id = generation.id();
        // The message may quote the prompt, which does not belong into logs.
        LOG.warn(
                "{} at {} failed for good: {}",
                id == null ? "A record without an id" : id,
                delivery.place(),
                failure.code().wireName());
        Generation failed = generation.toBuilder()
                .status(GenerationStatus.FAILED)
                .error(GenerationError.of(failure))
                .completedAt(clock.instant())
                .build();
        try {
            if (id != null) {
                events.publish(EventType.FAILED, failed);
            }
            events.publishDeadLetter(delivery.record(), delivery.attempt(), failure);
        } catch (GenerationException e) {
            LOG.warn("The end of {} cannot be told yet: {}", id, e.getMessage());
            watch.handedBack(Optional.of(e.code()));
            return new JobOutcome.Retry(retries.delay(delivery.attempt()));
        }
        watch.ended(failed);
        return new JobOutcome.Finished();
    }
}
