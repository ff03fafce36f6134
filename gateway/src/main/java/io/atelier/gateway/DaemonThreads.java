package io.atelier.gateway;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Pools of threads that do not keep the process alive. */
public final class DaemonThreads {
    private static final long IDLE_SECONDS = 30;

    private DaemonThreads() {}

    /** At most so many threads, which end when they have nothing to do; what comes meanwhile waits. */
    public static ExecutorService pool(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    // Else that of whoever submits the first task, such as a thread of Kafka's.
                    thread.setContextClassLoader(DaemonThreads.class.getClassLoader());
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
