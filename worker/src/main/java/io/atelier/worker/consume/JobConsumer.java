package io.atelier.worker.consume;

import io.atelier.sdxl.Cancellation;
import io.atelier.worker.share.HeldRecord;
import io.atelier.worker.share.ShareGroup;
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
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that takes one request at a time from a share group and keeps its lock alive while it is drawn.
 *
 * <p>The thread of {@link #run} owns the group's member; the job itself runs on the lane, the thread that owns the device.
 */
public final class JobConsumer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(JobConsumer.class);
    private static final Duration IDLE_POLL = Duration.ofMillis(500);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final Supplier<ShareGroup> groups;
    private final List<String> topics;
    private final JobHandler handler;
    private final Executor lane;
    private final Duration lock;
    private final Duration grace;
    private final JobObserver observer;
    private final Clock clock;
    private final CompletableFuture<Void> joined = new CompletableFuture<>();

    private volatile boolean stopping;
    private volatile Instant stopLimit = Instant.MAX;
    private volatile Instant lastRound;

    /**
     * @param groups joins the share group, the first time and after a membership that broke
     * @param topics the most urgent first
     * @param lane  runs jobs, one after the other
     * @param lock  how long the broker lets a worker hold a record without a sign of life
     * @param grace how long a job may go on once {@link #stop} was called
     */
    public JobConsumer(
            Supplier<ShareGroup> groups,
            List<String> topics,
            JobHandler handler,
            Executor lane,
            Duration lock,
            Duration grace,
            JobObserver observer,
            Clock clock) {
        this.groups = groups;
        this.topics = List.copyOf(topics);
        this.handler = handler;
        this.lane = lane;
        this.lock = lock;
        this.grace = grace;
        this.observer = observer;
        this.clock = clock;
        this.lastRound = clock.instant();
    }

    /** Completes when the loop has talked to the broker for the first time. */
    public CompletableFuture<Void> joined() {
        return joined;
    }

    /** When the loop last came round; it does so several times a second. */
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
            try (Intake intake = new Intake(groups.get(), topics)) {
                while (!stopping) {
                    round(intake);
                }
            } catch (KafkaException | IllegalStateException e) {
                // Clients reconnect by themselves; one that throws will not heal, and a new one starts without its
                // past.
                LOG.error("The share group cannot be used, joining anew: {}", e.getMessage());
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
        Delivery delivery = Delivery.of(held.record());
        KeptLock kept = new KeptLock(held, lock, System::nanoTime, observer);
        Cancellation cancellation = new Cancellation();
        CompletableFuture<JobOutcome> job =
                CompletableFuture.supplyAsync(() -> handler.handle(delivery, cancellation), lane);
        if (!holdUntilDone(intake, kept, job, cancellation)) {
            LOG.warn("Lost the lock on {}: stopping its job", delivery.place());
            cancellation.cancel();
            awaitEnd(intake, job);
            return;
        }
        JobOutcome outcome = outcome(job);
        if (holdFor(intake, kept, outcome.delay())) {
            outcome.acknowledgement().ifPresent(held::acknowledge);
        }
    }

    /** @return false if the lock was lost before the job's end */
    private boolean holdUntilDone(
            Intake intake, KeptLock kept, CompletableFuture<JobOutcome> job, Cancellation cancellation) {
        while (!isDoneWithin(job, TICK)) {
            beat(intake);
            if (stopping && clock.instant().isAfter(stopLimit) && !cancellation.isCancelled()) {
                LOG.warn("The grace period is over: handing the job back");
                cancellation.cancel();
            }
            if (!kept.keep()) {
                return false;
            }
        }
        return true;
    }

    /** Waits with the record in hand, so that nobody else tries too soon. @return false if the lock was lost meanwhile */
    private boolean holdFor(Intake intake, KeptLock kept, Duration delay) {
        CompletableFuture<Void> never = new CompletableFuture<>();
        Instant end = clock.instant().plus(delay);
        while (!stopping && clock.instant().isBefore(end)) {
            isDoneWithin(never, TICK);
            beat(intake);
            if (!kept.keep()) {
                return false;
            }
        }
        return true;
    }

    private void awaitEnd(Intake intake, CompletableFuture<JobOutcome> job) {
        while (!isDoneWithin(job, TICK)) {
            beat(intake);
        }
    }

    private void beat(Intake intake) {
        lastRound = clock.instant();
        intake.stayMember();
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

    private static JobOutcome outcome(CompletableFuture<JobOutcome> job) {
        try {
            return job.join();
        } catch (RuntimeException e) {
            // The handler turns every failure into an outcome; what gets here is a fault of its own.
            LOG.error("The job handler itself failed", MutedFailure.of(e));
            return new JobOutcome.Retry(PAUSE_AFTER_FAILURE);
        }
    }
}
