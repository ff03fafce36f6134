package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationError;
import io.atelier.job.GenerationStatus;
import io.atelier.message.EventType;
import io.atelier.worker.event.EventPublisher;
import io.atelier.worker.storage.Manifest;
import io.atelier.worker.storage.ResultStore;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the end of a job becomes the end of its generation: committed as a manifest first, then told. Thread safe. */
final class JobEnd {
    private static final Logger LOG = LoggerFactory.getLogger(JobEnd.class);

    private final ResultStore results;
    private final EventPublisher events;
    private final RetryPolicy retries;
    private final Insistence insistence;

    JobEnd(ResultStore results, EventPublisher events, RetryPolicy retries) {
        this.results = results;
        this.events = events;
        this.retries = retries;
        this.insistence = retries.insistence();
    }

    /** The end that the generation has already, if it has one. */
    Optional<Manifest> known(Job job) {
        return job.id()
                .flatMap(id -> insistence.on(job.control, () -> results.ended(id)))
                .filter(end -> !end.isSupersededBy(job.delivery.replay()));
    }

    /**
     * With the attempt of the manifest, and so with the {@code ce_id} that the event had the first time.
     *
     * @throws GenerationException CONFLICT if it is the end of another request
     */
    Generation tellAgain(Job job, Manifest end) {
        Generation known = end.generation();
        if (!job.isAnsweredBy(end)) {
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

    /**
     * Whoever took over while this worker seemed dead may have been faster: there is one end, and it may be theirs.
     *
     * @return the end that counts
     */
    Generation commitAndTell(Job job, Generation ended) {
        Manifest counts = insistence.on(job.control, () -> results.commit(job.end(ended)));
        if (counts.generation() != ended) {
            return tellAgain(job, counts);
        }
        insistence.on(job.control, () -> events.publish(EventType.of(ended.status()), ended));
        return ended;
    }

    /**
     * Tells first, then sets the record aside; if either cannot be stored the record stays with Kafka.
     *
     * @return the end that counts
     */
    Generation fail(Job job, Generation failed, GenerationException failure) {
        // The id of a conflict belongs to another request, whose end stays what it is.
        if (job.id().isPresent() && failure.code() != ErrorCode.CONFLICT) {
            Generation counts = commitFailure(job, failed);
            if (counts != failed) {
                return counts;
            }
        }
        insistence.on(job.control, () -> setAside(job, failure));
        return failed;
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

    private void setAside(Job job, GenerationException reason) {
        // Earlier records of the request are counted in a header of their own, which stays on the record.
        events.publishDeadLetter(job.delivery.record(), job.delivery.count(), reason);
    }
}
