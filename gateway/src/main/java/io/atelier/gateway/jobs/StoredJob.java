package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import java.util.Optional;

/**
 * A row of the job store.
 *
 * @param announced   whether {@code generation.queued.v1} was sent
 * @param requestHash of the first request that was seen under the id; empty while only events were seen
 */
public record StoredJob(Generation generation, boolean announced, Optional<String> requestHash) {

    /** Whether the world knows that it is queued, or that it was: once it has started, that is no news. */
    boolean isKnownToBeQueued() {
        return announced || generation.status() != GenerationStatus.QUEUED;
    }

    /** Whether it is known to have come of another request than one with this hash. */
    boolean isOfAnother(String hash) {
        return requestHash.isPresent() && !requestHash.get().equals(hash);
    }
}
