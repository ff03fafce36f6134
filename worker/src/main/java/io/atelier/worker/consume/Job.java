package io.atelier.worker.consume;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.job.OutputSettings;
import io.atelier.message.RequestDigest;
import io.atelier.message.RequestRecord;
import io.atelier.worker.storage.Manifest;
import java.util.Optional;

/** What is known of a job in the course of its handling. Belongs to the job's thread. */
final class Job {
    final Delivery delivery;
    final JobWatch watch;
    final JobControl control;
    final RequestRecord read;
    private final String digest;
    /** The newest state of the generation; its id is null if the record names none. */
    Generation generation;

    Job(Delivery delivery, JobControl control, RequestRecord read, Generation generation, JobWatch watch) {
        this.delivery = delivery;
        this.watch = watch;
        this.control = control;
        this.read = read;
        this.digest = "sha256:"
                + read.request()
                        .map(RequestDigest::of)
                        .orElseGet(() -> RequestDigest.of(delivery.record().value()));
        this.generation = generation;
    }

    Optional<GenerationId> id() {
        return read.id();
    }

    Manifest end(Generation ended) {
        return new Manifest(ended, digest, delivery.replay());
    }

    boolean isAnsweredBy(Manifest end) {
        return end.answers(digest);
    }

    OutputSettings output() {
        return read.request().map(GenerationRequest::effectiveOutput).orElse(OutputSettings.DEFAULT);
    }
}
