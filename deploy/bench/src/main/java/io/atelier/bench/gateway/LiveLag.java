package io.atelier.bench.gateway;

import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.speed.Percentiles;
import io.atelier.job.Generation;
import io.atelier.job.GenerationRequest;
import io.atelier.job.GenerationStatus;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Puts requests, starts and ends on the topics by the clock, and looks when some of them can be seen in a listing, which unlike
 * {@code GET} of one generation reads from the store alone. Of each looked for, one state is.
 */
final class LiveLag {
    private static final int RECORDS_PER_JOB = 3;
    /** Of a job that starts, and of one that ends, in jobs. */
    private static final int BEFORE_START = 33;

    private static final int BEFORE_END = 66;
    private static final int SAMPLED = 17;
    private static final int LOOKERS = 8;
    /** So that looking stays a small part of what the gateway does; times come out longer by half of it on average. */
    private static final Duration LOOK = Duration.ofMillis(10);

    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final SimulatedCluster cluster;
    private final String name;
    private final int rate;
    private int runs;

    /** @param rate records a second */
    LiveLag(SimulatedCluster cluster, String name, int rate) {
        this.cluster = cluster;
        this.name = name;
        this.rate = rate;
    }

    Percentiles measure(Duration time) throws Exception {
        String prefix = name + "-" + runs++ + "-";
        long interval = Duration.ofSeconds(1).toNanos() * RECORDS_PER_JOB / rate;
        long jobs = time.toNanos() / interval;
        Collection<Long> lags = new ConcurrentLinkedQueue<>();
        List<Future<?>> looks = new ArrayList<>();
        Map<Long, Generation> open = new HashMap<>();
        ExecutorService lookers = Executors.newFixedThreadPool(LOOKERS);
        long start = System.nanoTime();
        try {
            for (long i = 0; i < jobs + BEFORE_END; i++) {
                HttpLoad.sleepUntil(start + i * interval);
                if (i < jobs) {
                    open.put(i, request(prefix + i, i));
                    look(lookers, looks, lags, prefix, i, jobs, GenerationStatus.QUEUED);
                }
                tell(open.get(i - BEFORE_START), GenerationStatus.PROCESSING);
                look(lookers, looks, lags, prefix, i - BEFORE_START, jobs, GenerationStatus.PROCESSING);
                tell(open.remove(i - BEFORE_END), GenerationStatus.SUCCEEDED);
                look(lookers, looks, lags, prefix, i - BEFORE_END, jobs, GenerationStatus.SUCCEEDED);
            }
            for (Future<?> look : looks) {
                look.get();
            }
        } finally {
            lookers.shutdownNow();
            lookers.awaitTermination(LONGEST.toSeconds(), TimeUnit.SECONDS);
        }
        return Percentiles.ofNanos(lags);
    }

    private Generation request(String id, long number) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        GenerationRequest request = JobSamples.request(id, number);
        send(Backlog.CODEC.write(request, now));
        return Generation.queued(request, now);
    }

    private void tell(Generation queued, GenerationStatus status) {
        if (queued != null) {
            Generation told = status == GenerationStatus.PROCESSING
                    ? JobSamples.started(queued)
                    : JobSamples.ended(queued, status);
            send(Backlog.CODEC.write(EventType.of(status), told, Instant.now()));
        }
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        cluster.producer().send(record);
    }

    private void look(
            ExecutorService lookers,
            List<Future<?>> looks,
            Collection<Long> lags,
            String prefix,
            long job,
            long jobs,
            GenerationStatus status) {
        // One of the three states of each sampled job.
        if (job < 0
                || job >= jobs
                || job % SAMPLED != 0
                || job / SAMPLED % RECORDS_PER_JOB != status.ordinal() % RECORDS_PER_JOB) {
            return;
        }
        long sent = System.nanoTime();
        byte[] call = HttpConnection.get("/v1/generations?limit=1&metadata." + JobSamples.ORDER + "=" + prefix + job);
        looks.add(lookers.submit(() -> {
            try (HttpConnection connection = new HttpConnection(cluster.gatewayPort())) {
                while (!shows(connection.call(call), status)) {
                    if (System.nanoTime() - sent > LONGEST.toNanos()) {
                        throw new IllegalStateException("Not seen as " + status + ": " + prefix + job);
                    }
                    HttpLoad.sleepUntil(System.nanoTime() + LOOK.toNanos());
                }
                lags.add(System.nanoTime() - sent);
            }
            return null;
        }));
    }

    private static boolean shows(HttpConnection.Answer answer, GenerationStatus status) throws Exception {
        if (answer.status() != 200) {
            throw new IllegalStateException("HTTP " + answer.status() + ": " + answer.text());
        }
        String shown = Json.mapper()
                .readTree(answer.body())
                .at("/generations/0/status")
                .asText();
        return !shown.isEmpty() && GenerationStatus.of(shown).compareTo(status) >= 0;
    }
}
