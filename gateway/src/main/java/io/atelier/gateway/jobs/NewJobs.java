package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Stores generations that were just accepted. What comes while one transaction is written goes into the next together: a
 * commit costs more than a row. Thread safe.
 */
final class NewJobs {
    private final Jobs jobs;
    private final Executor executor;
    private final Queue<Accepted> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean writing = new AtomicBoolean();

    /** @param executor for what blocks; does one transaction of these at a time */
    NewJobs(Jobs jobs, Executor executor) {
        this.jobs = jobs;
        this.executor = executor;
    }

    /**
     * Does not block. Who goes on from what is returned should do so on another thread: the next transaction waits.
     *
     * @return it, or what is there already under its id; else failed as {@link Jobs} fails, or as the executor refuses
     */
    CompletableFuture<StoredJob> putIfAbsent(Generation queued, String requestHash) {
        Accepted job = new Accepted(new StoredJob(queued, false, Optional.of(requestHash)), new CompletableFuture<>());
        waiting.add(job);
        writeSoon();
        return job.stored;
    }

    private void writeSoon() {
        if (!waiting.isEmpty() && writing.compareAndSet(false, true)) {
            try {
                executor.execute(this::write);
            } catch (RejectedExecutionException e) {
                writing.set(false);
                fail(next(), e);
            }
        }
    }

    private void write() {
        try {
            store(next());
        } finally {
            writing.set(false);
            writeSoon();
        }
    }

    private List<Accepted> next() {
        List<Accepted> batch = new ArrayList<>();
        for (Accepted job = waiting.poll(); job != null; job = waiting.poll()) {
            batch.add(job);
        }
        return batch;
    }

    private void store(List<Accepted> batch) {
        try {
            if (batch.size() > 1 && areDifferent(batch) && jobs.addAll(jobsOf(batch))) {
                batch.forEach(accepted -> accepted.stored.complete(accepted.job));
            } else {
                storeOneByOne(batch);
            }
        } catch (RuntimeException e) {
            if (JobsException.isAboutData(e)) {
                // Of one of them; the others must not suffer for it.
                storeOneByOne(batch);
            } else {
                fail(batch, e);
            }
        }
    }

    private static void fail(List<Accepted> batch, RuntimeException failure) {
        batch.forEach(accepted -> accepted.stored.completeExceptionally(failure));
    }

    /** Nobody waits for a store that is away once for each of those before. */
    private void storeOneByOne(List<Accepted> batch) {
        for (int i = 0; i < batch.size(); i++) {
            Accepted accepted = batch.get(i);
            try {
                accepted.stored.complete(jobs.putIfAbsent(
                        accepted.job.generation(), accepted.job.requestHash().orElseThrow()));
            } catch (RuntimeException e) {
                if (!JobsException.isAboutData(e)) {
                    fail(batch.subList(i, batch.size()), e);
                    return;
                }
                accepted.stored.completeExceptionally(e);
            }
        }
    }

    private static List<StoredJob> jobsOf(List<Accepted> batch) {
        return batch.stream().map(Accepted::job).toList();
    }

    private static boolean areDifferent(List<Accepted> batch) {
        Set<Object> ids =
                batch.stream().map(accepted -> accepted.job.generation().id()).collect(Collectors.toSet());
        return ids.size() == batch.size();
    }

    private record Accepted(StoredJob job, CompletableFuture<StoredJob> stored) {}
}
