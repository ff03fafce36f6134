package io.atelier.worker.consume;

import io.atelier.sdxl.Cancellation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that takes one request at a time from a share group and keeps its lock alive while it is drawn.
 *
 * <p>The thread of {@link #run} owns the consumers; the job itself runs on the lane, the thread that owns the device.
 */
public final class JobConsumer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(JobConsumer.class);
    private static final Duration IDLE_POLL = Duration.ofMillis(500);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final Supplier<ShareConsumer<byte[], byte[]>> consumers;
    private final List<String> topics;
    private final JobHandler handler;
    private final Executor lane;
    private final Duration lock;
    private final Duration renewal;
    private final Duration grace;
    private final Clock clock;
    private final CompletableFuture<Void> joined = new CompletableFuture<>();

    private volatile boolean stopping;
    private volatile Instant stopLimit = Instant.MAX;
    private volatile Instant lastRound;

    /**
     * @param consumers makes a consumer for one topic, the first time and after one that broke
     * @param topics the most urgent first
     * @param lane  runs jobs, one after the other
     * @param lock  how long the broker lets a worker hold a record without a sign of life
     * @param grace how long a job may go on once {@link #stop} was called
     */
    public JobConsumer(
            Supplier<ShareConsumer<byte[], byte[]>> consumers,
            List<String> topics,
            JobHandler handler,
            Executor lane,
            Duration lock,
            Duration grace,
            Clock clock) {
        this.consumers = consumers;
        this.topics = List.copyOf(topics);
        this.handler = handler;
        this.lane = lane;
        this.lock = lock;
        this.renewal = lock.dividedBy(3);
        this.grace = grace;
        this.clock = clock;
        this.lastRound = clock.instant();
    }

    /** Completes when the loop has talked to the broker for the first time. */
    public CompletableFuture<Void> joined() {
        return joined;
    }

    /** When the loop last came round; it does so at least every third of a lock. */
    public Instant lastRound() {
        return lastRound;
    }

    /** Takes no more jobs. The one in hand may go on for the grace period; then it is handed back. Returns at once. */
    public void stop() {
        stopLimit = clock.instant().plus(grace);
        stopping = true;
    }

    @Override
    public void run() {
        while (!stopping) {
            try (Intake intake = new Intake(consumers, topics, renewal, System::nanoTime)) {
                while (!stopping) {
                    round(intake);
                }
            } catch (KafkaException | IllegalStateException e) {
                // Clients reconnect by themselves; one that throws will not heal, and a new one starts without its
                // past.
                LOG.error("A share consumer broke, starting anew: {}", e.getMessage());
                pause();
            }
        }
    }

    private void round(Intake intake) {
        lastRound = clock.instant();
        intake.next(IDLE_POLL).ifPresent(held -> process(intake, held));
        joined.complete(null);
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_FAILURE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }

    private void process(Intake intake, HeldRecord held) {
        Delivery delivery = held.delivery();
        Cancellation cancellation = new Cancellation();
        CompletableFuture<JobOutcome> job =
                CompletableFuture.supplyAsync(() -> handler.handle(delivery, cancellation), lane);
        if (!holdUntilDone(intake, held, job, cancellation)) {
            LOG.warn("Lost the lock on {}: stopping its job", delivery.place());
            cancellation.cancel();
            awaitEnd(job);
            intake.replace(held);
            return;
        }
        JobOutcome outcome = awaitEnd(job);
        if (holdFor(held, outcome.delay())) {
            outcome.acknowledgement().ifPresent(held::acknowledge);
        } else {
            intake.replace(held);
        }
    }

    /** @return false if the lock was lost before the job's end */
    private boolean holdUntilDone(
            Intake intake, HeldRecord held, CompletableFuture<JobOutcome> job, Cancellation cancellation) {
        long renewed = System.nanoTime();
        while (!isDoneWithin(job, TICK)) {
            lastRound = clock.instant();
            if (stopping && clock.instant().isAfter(stopLimit)) {
                LOG.warn("The grace period is over: handing the job back");
                cancellation.cancel();
            }
            long heldFor = System.nanoTime() - renewed;
            if (heldFor > lock.toNanos()) {
                // A process that was frozen: the broker would still say yes if the record has met its end meanwhile.
                return false;
            }
            if (heldFor > renewal.toNanos()) {
                if (!held.renew()) {
                    return false;
                }
                renewed = System.nanoTime();
            }
            intake.releaseStrays(held);
        }
        return true;
    }

    /** Waits with the record in hand, so that nobody else tries too soon. @return false if the lock was lost meanwhile */
    private boolean holdFor(HeldRecord held, Duration delay) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Instant end = clock.instant().plus(delay);
        while (!stopping && clock.instant().isBefore(end)) {
            Duration left = Duration.between(clock.instant(), end);
            isDoneWithin(over, left.compareTo(renewal) < 0 ? left : renewal);
            lastRound = clock.instant();
            if (clock.instant().isBefore(end) && !held.renew()) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDoneWithin(CompletableFuture<?> future, Duration time) {
        try {
            future.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static JobOutcome awaitEnd(CompletableFuture<JobOutcome> job) {
        try {
            return job.join();
        } catch (RuntimeException e) {
            // The handler turns every failure into an outcome; what gets here is a fault of its own.
            LOG.error("The job handler itself failed", e);
            return new JobOutcome.Retry(PAUSE_AFTER_FAILURE);
        }
    }
}
