package io.atelier.worker.consume;

import io.atelier.job.Generation;

/** Watches jobs, for metrics; must be quick and must not throw. */
public interface JobObserver {
    void started(Generation generation);

    void ended(Generation generation);
}
