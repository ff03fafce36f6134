package io.atelier.gateway;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/**
 * Where calls go on that have waited for something; for what blocks, too. Not Quarkus' executor: that runs a task in the Vert.x
 * context of the call that happened to submit it. Where one task goes on with many calls, all of them would be answered in that
 * context, and there adopt and end each other's CDI request context, which now and then is an answer 500.
 */
@Singleton
public final class CallThreads implements Executor {
    /** What blocks waits for one of fewer connections to the job store, or for the store of the pictures. */
    private static final int THREADS = 64;

    private final ExecutorService pool = DaemonThreads.pool("call", THREADS);

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    @PreDestroy
    void close() {
        pool.shutdown();
    }
}
