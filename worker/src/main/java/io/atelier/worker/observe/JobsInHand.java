package io.atelier.worker.observe;

import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.worker.consume.Delivery;
import io.atelier.worker.consume.JobObserver;
import io.atelier.worker.consume.JobWatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which jobs a worker has in hand, the one taken first at the beginning. Records without an id have no place here. Thread safe. */
public final class JobsInHand implements JobObserver {
    private final List<GenerationId> ids = new ArrayList<>();
    private volatile Runnable changed = () -> {};

    /** @param changed run after each change; quick */
    public void onChange(Runnable changed) {
        this.changed = changed;
    }

    public List<GenerationId> ids() {
        synchronized (ids) {
            return List.copyOf(ids);
        }
    }

    @Override
    public JobWatch taken(Delivery delivery, Generation read) {
        GenerationId id = read.id();
        if (id == null) {
            return JobWatch.NONE;
        }
        synchronized (ids) {
            ids.add(id);
        }
        changed.run();
        return new JobWatch() {
            @Override
            public void ended(Generation ended) {
                remove(id);
            }

            @Override
            public void handedBack(Optional<ErrorCode> failure) {
                remove(id);
            }
        };
    }

    private void remove(GenerationId id) {
        synchronized (ids) {
            ids.remove(id);
        }
        changed.run();
    }
}
