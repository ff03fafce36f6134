package io.atelier.bench.gateway;

import io.atelier.bench.speed.Percentiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/** Calls the gateway over a number of connections, each with a thread of its own that waits for its answers. */
final class HttpLoad {
    private final int port;
    private final int connections;
    private final int status;
    private final AtomicLong calls = new AtomicLong();

    /** @param status that every answer must have */
    HttpLoad(int port, int connections, int status) {
        this.port = port;
        this.connections = connections;
        this.status = status;
    }

    /** Each connection calls again as soon as it has its answer. @return answers a second */
    double perSecond(Duration time, LongFunction<byte[]> requests) throws Exception {
        AtomicLong answers = new AtomicLong();
        long start = System.nanoTime();
        long end = start + time.toNanos();
        onEach(connection -> {
            while (System.nanoTime() < end) {
                call(connection, requests.apply(calls.getAndIncrement()));
                answers.incrementAndGet();
            }
        });
        return answers.get() * 1e9 / (System.nanoTime() - start);
    }

    /**
     * Calls by the clock, however long the answers take. A call that finds all connections waiting is late, and its lateness
     * counts.
     *
     * @param rate calls a second
     * @return times from when each call was due to the end of its answer
     */
    Percentiles latencies(double rate, Duration time, LongFunction<byte[]> requests) throws Exception {
        Collection<Long> nanos = new ConcurrentLinkedQueue<>();
        AtomicLong next = new AtomicLong();
        long total = Math.round(rate * time.toMillis() / 1000);
        long start = System.nanoTime() + Duration.ofMillis(200).toNanos();
        onEach(connection -> {
            for (long i = next.getAndIncrement(); i < total; i = next.getAndIncrement()) {
                byte[] request = requests.apply(calls.getAndIncrement());
                long due = start + Math.round(i * 1e9 / rate);
                sleepUntil(due);
                call(connection, request);
                nanos.add(System.nanoTime() - due);
            }
        });
        return Percentiles.ofNanos(nanos);
    }

    static void sleepUntil(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void call(HttpConnection connection, byte[] request) throws Exception {
        HttpConnection.Answer answer = connection.call(request);
        if (answer.status() != status) {
            throw new IllegalStateException("HTTP " + answer.status() + ": " + answer.text());
        }
    }

    private void onEach(Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                all.add(() -> {
                    try (HttpConnection connection = new HttpConnection(port)) {
                        work.run(connection);
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(all)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Work {
        void run(HttpConnection connection) throws Exception;
    }
}
