package io.atelier.worker.consume;

import io.atelier.job.Generation;

/**
 * Watches the jobs of a worker, for metrics, traces, logs and heartbeats. Thread safe; must be quick and must not throw.
 *
 * <p>Uploads and events are watched where they happen, by what stands around the store and the publisher.
 */
public interface JobObserver {

    /**
     * A record is in hand.
     *
     * @param read as far as the record tells, with worker and attempt; its id is null if the record names none
     */
    default JobWatch taken(Delivery delivery, Generation read) {
        return JobWatch.NONE;
    }

    /** The broker was asked to let a lock begin anew. */
    default void renewed(boolean granted) {}
}
