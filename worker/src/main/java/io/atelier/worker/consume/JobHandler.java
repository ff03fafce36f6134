package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationError;
import io.atelier.job.GenerationRequest;
import io.atelier.job.GenerationStatus;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestParser;
import io.atelier.message.RequestRecord;
import io.atelier.worker.consume.JobControl.Stop;
import io.atelier.worker.draw.Artist;
import io.atelier.worker.draw.Commission;
import io.atelier.worker.event.EventPublisher;
import io.atelier.worker.storage.Manifest;
import io.atelier.worker.storage.ResultStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
    private final JobDrawing drawing;
    private final JobEnd end;
    private final EventPublisher events;
    private final Cancellations cancellations;
    private final JobObserver observer;
    private final Fitness fitness;
    private final RetryPolicy retries;
    private final Insistence insistence;
    private final IdQueue ids = new IdQueue();
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
        this.events = events;
        this.cancellations = cancellations;
        this.observer = observer;
        this.fitness = fitness;
        this.retries = retries;
        this.insistence = retries.insistence();
        this.drawing = new JobDrawing(artist, lane, results, events, insistence, clock);
        this.end = new JobEnd(results, events, retries);
        this.worker = worker;
        this.clock = clock;
    }

    /** Does all of one job. Failures are outcomes, not exceptions. */
    public JobOutcome handle(Delivery delivery, JobControl control) {
        RequestRecord read = read(delivery);
        Generation queued = queued(read, delivery);
        JobWatch watch = observer.taken(delivery, queued);
        JobWatch.Scope scope = watch.enter();
        try (scope) {
            return inTurn(new Job(delivery, control, read, queued, watch));
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

    private JobOutcome inTurn(Job job) {
        if (job.id().isEmpty()) {
            return attempt(job);
        }
        try (IdQueue.Turn turn = ids.await(job.id().get(), job.control)) {
            return attempt(job);
        } catch (CancellationException e) {
            return stopped(job);
        }
    }

    private JobOutcome attempt(Job job) {
        try {
            Generation ended = work(job);
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

    private Generation work(Job job) {
        // What is no request needs no look into the store: the commit of its failure finds an end that is there.
        GenerationRequest request = job.read.requireRequest();
        Optional<Manifest> known = end.known(job);
        if (known.isPresent()) {
            job.control.leaveLane();
            return end.tellAgain(job, known.get());
        }
        Instant createdAt = job.read.createdAt();
        JobControl control = job.control;
        try (Cancellations.Watched watched =
                cancellations.watch(request.id(), createdAt, () -> control.stop(Stop.CANCELED))) {
            request.effectiveDeadline(createdAt).ifPresent(control::expireAt);
            control.checkDeadline(clock.instant());
            control.refuseIfStopped();
            retries.checkAttempts(job.delivery.count());
            Commission commission = drawing.accept(request);
            job.generation = drawing.started(job.generation, commission);
            job.watch.started(job.generation);
            insistence.on(control, () -> events.publish(EventType.STARTED, job.generation));
            Generation drawn = drawing.draw(job, commission);
            control.close();
            return end.commitAndTell(job, drawn);
        }
    }

    private JobOutcome finished(Job job, Generation ended) {
        job.watch.ended(ended);
        LOG.info("{} {} (attempt {})", ended.id(), ended.status().wireName(), job.delivery.attempt());
        return new JobOutcome.Finished();
    }

    /** A cancellation and a deadline are ends of their own; else somebody else goes on with the job. */
    private JobOutcome stopped(Job job) {
        job.control.leaveLane();
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
            return finished(job, end.commitAndTell(job, ended));
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
        job.control.leaveLane();
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

    private JobOutcome giveUp(Job job, GenerationException failure) {
        // The message may quote the prompt, which does not belong into logs.
        LOG.warn(
                "{} at {} failed for good: {}",
                job.id().isEmpty() ? "A record without an id" : job.generation.id(),
                job.delivery.place(),
                failure.code().wireName());
        Generation failed = job.generation.toBuilder()
                .status(GenerationStatus.FAILED)
                .error(GenerationError.of(failure))
                .completedAt(clock.instant())
                .build();
        try {
            job.control.close();
            Generation counts = end.fail(job, failed, failure);
            if (counts != failed) {
                return finished(job, counts);
            }
        } catch (CancellationException e) {
            return stopped(job);
        } catch (GenerationException e) {
            return cannotTell(job, e);
        }
        job.watch.ended(failed);
        return new JobOutcome.Finished();
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
}
