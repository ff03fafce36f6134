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
import io.atelier.sdxl.StageTimings;
import io.atelier.worker.consume.JobControl.Stop;
import io.atelier.worker.draw.Artist;
import io.atelier.worker.draw.Commission;
import io.atelier.worker.draw.Drawing;
import io.atelier.worker.draw.PictureEncoder;
import io.atelier.worker.draw.PictureEncoder.EncodedPicture;
import io.atelier.worker.event.EventPublisher;
import io.atelier.worker.event.ProgressReporter;
import io.atelier.worker.storage.Manifest;
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
 * The order of a job: read, ended already?, cancelled or expired?, tell of the start, draw, store the pictures, store the
 * manifest (the commit), tell of the end. Whoever repeats it after a crash at any point repeats harmless steps only.
 *
 * <p>All but the drawing happens on the calling thread, so that another job can be drawn meanwhile.
 */
public final class JobHandler {
    private static final Logger LOG = LoggerFactory.getLogger(JobHandler.class);

    private final MessageCodec codec;
    private final RequestParser parser;
    private final Artist artist;
    private final Lane lane;
    private final ResultStore results;
    private final EventPublisher events;
    private final Cancellations cancellations;
    private final JobObserver observer;
    private final Fitness fitness;
    private final RetryPolicy retries;
    private final Insistence insistence;
    private final String worker;
    private final Clock clock;

    public JobHandler(
            MessageCodec codec,
            RequestParser parser,
            Artist artist,
            Lane lane,
            ResultStore results,
            EventPublisher events,
            Cancellations cancellations,
            JobObserver observer,
            Fitness fitness,
            RetryPolicy retries,
            String worker,
            Clock clock) {
        this.codec = codec;
        this.parser = parser;
        this.artist = artist;
        this.lane = lane;
        this.results = results;
        this.events = events;
        this.cancellations = cancellations;
        this.observer = observer;
        this.fitness = fitness;
        this.retries = retries;
        this.insistence = retries.insistence();
        this.worker = worker;
        this.clock = clock;
    }

    /** What is known of a job in the course of its handling. */
    private static final class Job {
        final Delivery delivery;
        final JobWatch watch;
        final JobControl control;
        final RequestRecord read;
        final String digest;
        /** The newest state of the generation; its id is null if the record names none. */
        Generation generation;

        Job(Delivery delivery, JobControl control, RequestRecord read, Generation generation, JobWatch watch) {
            this.delivery = delivery;
            this.watch = watch;
            this.control = control;
            this.read = read;
            this.digest = RequestDigest.of(read, delivery.record());
            this.generation = generation;
        }

        Manifest end(Generation ended) {
            return new Manifest(ended, digest, delivery.replay());
        }

        OutputSettings output() {
            return read.request().map(GenerationRequest::effectiveOutput).orElse(OutputSettings.DEFAULT);
        }
    }

    /** Does all of one job. Failures are outcomes, not exceptions. */
    public JobOutcome handle(Delivery delivery, JobControl control) {
        RequestRecord read = read(delivery);
        Generation queued = queued(read, delivery);
        JobWatch watch = observer.taken(delivery, queued);
        JobWatch.Scope scope = watch.enter();
        try (scope) {
            return attempt(new Job(delivery, control, read, queued, watch));
        } finally {
            control.leaveLane();
        }
    }

    /** A record that we cannot even look at must end among the dead letters: the broker would drop it in silence. */
    private RequestRecord read(Delivery delivery) {
        try {
            return codec.readRequest(delivery.record(), parser);
        } catch (RuntimeException e) {
            LOG.error("The record at {} cannot be read", delivery.place(), MutedFailure.of(e));
            GenerationException fault =
                    new GenerationException(ErrorCode.INTERNAL, "The record cannot be read: " + e.getClass(), e);
            return new RequestRecord.Invalid(Optional.empty(), fault, clock.instant());
        }
    }

    private JobOutcome attempt(Job job) {
        try {
            Generation ended = end(job);
            fitness.succeeded();
            return finished(job, ended);
        } catch (CancellationException e) {
            return stopped(job);
        } catch (GenerationException e) {
            return failed(job, e);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("{} failed by a fault of the worker", job.generation.id(), MutedFailure.of(e));
            ErrorCode code = e instanceof OutOfMemoryError ? ErrorCode.OUT_OF_MEMORY : ErrorCode.INTERNAL;
            return failed(job, new GenerationException(code, "The worker failed: " + e, e));
        }
    }

    private Generation queued(RequestRecord read, Delivery delivery) {
        return read
                .request()
                .map(request -> Generation.queued(request, read.createdAt()))
                .orElseGet(() -> new Generation.Builder()
                        .id(read.id().orElse(null))
                        .priority(codec.priorityOf(delivery.record()))
                        .createdAt(read.createdAt())
                        .build())
                .toBuilder()
                .attempt(delivery.attempt())
                .worker(worker)
                .build();
    }

    private JobOutcome finished(Job job, Generation ended) {
        job.watch.ended(ended);
        LOG.info("{} {} (attempt {})", ended.id(), ended.status().wireName(), job.delivery.attempt());
        return new JobOutcome.Finished();
    }

    private Generation end(Job job) {
        Optional<Manifest> known = knownEnd(job);
        if (known.isPresent()) {
            return tellAgain(job, known.get());
        }
        GenerationRequest request = job.read.requireRequest();
        Instant createdAt = job.read.createdAt();
        JobControl control = job.control;
        try (Cancellations.Watched watched =
                cancellations.watch(request.id(), createdAt, () -> control.stop(Stop.CANCELED))) {
            request.effectiveDeadline(createdAt).ifPresent(control::expireAt);
            control.checkDeadline(clock.instant());
            control.refuseIfStopped();
            retries.checkAttempts(job.delivery.count());
            Commission commission = accept(request);
            job.generation = started(job.generation, commission);
            job.watch.started(job.generation);
            insistence.on(control, () -> events.publish(EventType.STARTED, job.generation));
            return draw(job, commission);
        }
    }

    private Optional<Manifest> knownEnd(Job job) {
        return job.read
                .id()
                .flatMap(id -> insistence.on(job.control, () -> results.ended(id)))
                .filter(end -> !end.isSupersededBy(job.delivery.replay()));
    }

    /** With the attempt of the manifest, and so with the {@code ce_id} that the event had the first time. */
    private Generation tellAgain(Job job, Manifest end) {
        Generation known = end.generation();
        if (!end.answers(job.digest)) {
            throw new GenerationException(
                    ErrorCode.CONFLICT, "The id " + known.id() + " belongs to another request, which has ended");
        }
        Generation again = results.withFreshUrls(known, job.output());
        insistence.on(job.control, () -> {
            events.publish(EventType.of(again.status()), again);
            if (again.status() == GenerationStatus.FAILED) {
                GenerationError error = again.error();
                setAside(job, new GenerationException(error.code(), error.message()));
            }
        });
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

    private Generation draw(Job job, Commission commission) {
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
        job.control.close();
        return commitAndTell(
                job,
                started.toBuilder()
                        .status(GenerationStatus.SUCCEEDED)
                        .output(images)
                        .warnings(drawing.warnings())
                        .timings(timings)
                        .completedAt(now)
                        .build());
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

    /** Whoever took over while this worker seemed dead may have been faster: there is one end, and it may be theirs. */
    private Generation commitAndTell(Job job, Generation ended) {
        Manifest counts = insistence.on(job.control, () -> results.commit(job.end(ended)));
        if (counts.generation() != ended) {
            return tellAgain(job, counts);
        }
        insistence.on(job.control, () -> events.publish(EventType.of(ended.status()), ended));
        return ended;
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

    /** A cancellation and a deadline are ends of their own; else somebody else goes on with the job. */
    private JobOutcome stopped(Job job) {
        Optional<Stop> reason = job.control.conclude();
        if (reason.isEmpty()) {
            return abandoned(job);
        }
        GenerationStatus status = reason.get() == Stop.CANCELED ? GenerationStatus.CANCELED : GenerationStatus.EXPIRED;
        Generation ended = job.generation.toBuilder()
                .status(status)
                .completedAt(clock.instant())
                .build();
        try {
            return finished(job, commitAndTell(job, ended));
        } catch (CancellationException e) {
            return abandoned(job);
        } catch (GenerationException e) {
            return cannotTell(job, e);
        }
    }

    private static JobOutcome abandoned(Job job) {
        LOG.info("{} stopped before its end (attempt {})", job.generation.id(), job.delivery.attempt());
        job.watch.handedBack(Optional.empty());
        return new JobOutcome.Abandoned();
    }

    private JobOutcome failed(Job job, GenerationException failure) {
        fitness.failed(failure);
        int count = job.delivery.count();
        if (failure.code().retryable() && !retries.isLast(count)) {
            Duration delay = retries.delay(count);
            LOG.warn(
                    "{} attempt {} failed, again after {}: {}: {}",
                    job.generation.id(),
                    job.delivery.attempt(),
                    delay,
                    failure.code().wireName(),
                    MutedFailure.message(failure));
            job.watch.handedBack(Optional.of(failure.code()));
            return new JobOutcome.Retry(delay);
        }
        return giveUp(job, retries.lastWord(count, failure));
    }

    /** Tells first, then sets the record aside; if either cannot be stored the record stays with Kafka. */
    private JobOutcome giveUp(Job job, GenerationException failure) {
        GenerationId id = job.generation.id();
        // The message may quote the prompt, which does not belong into logs.
        LOG.warn(
                "{} at {} failed for good: {}",
                id == null ? "A record without an id" : id,
                job.delivery.place(),
                failure.code().wireName());
        Generation failed = job.generation.toBuilder()
                .status(GenerationStatus.FAILED)
                .error(GenerationError.of(failure))
                .completedAt(clock.instant())
                .build();
        try {
            job.control.close();
            // The id of a conflict belongs to another request, whose end stays what it is.
            if (id != null && failure.code() != ErrorCode.CONFLICT) {
                Generation counts = commitFailure(job, failed);
                if (counts != failed) {
                    return finished(job, counts);
                }
            }
            insistence.on(job.control, () -> setAside(job, failure));
        } catch (CancellationException e) {
            return stopped(job);
        } catch (GenerationException e) {
            return cannotTell(job, e);
        }
        job.watch.ended(failed);
        return new JobOutcome.Finished();
    }

    private Generation commitFailure(Job job, Generation failed) {
        try {
            return commitAndTell(job, failed);
        } catch (GenerationException e) {
            if (e.code() != ErrorCode.STORAGE_UNAVAILABLE || !retries.isPast(job.delivery.count())) {
                throw e;
            }
            // The broker drops a record in silence when it was handed out too often: better told than committed.
            LOG.error("The failure of {} is told without a manifest: {}", failed.id(), e.getMessage());
            insistence.on(job.control, () -> events.publish(EventType.FAILED, failed));
            return failed;
        }
    }

    private JobOutcome cannotTell(Job job, GenerationException e) {
        if (e.code() == ErrorCode.CONFLICT) {
            // Another request under the same id came to its end while this one failed.
            return giveUp(job, e);
        }
        LOG.warn("The end of {} cannot be told yet: {}", job.generation.id(), e.getMessage());
        job.watch.handedBack(Optional.of(e.code()));
        return new JobOutcome.Retry(retries.delay(job.delivery.count()));
    }

    private void setAside(Job job, GenerationException reason) {
        // Earlier records of the request are counted in a header of their own, which stays on the record.
        events.publishDeadLetter(job.delivery.record(), job.delivery.count(), reason);
    }
}
