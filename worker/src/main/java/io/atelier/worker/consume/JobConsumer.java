package io.atelier.worker.consume;

import io.atelier.worker.share.HeldRecord;
import io.atelier.worker.share.ShareGroup;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that takes requests from a share group and keeps the locks on them.
 *
 * <p>There are two slots and one lane: while one job is encoded, stored and told of, the next is drawn. A request is asked for
 * only when the device is free or will be in a moment, so that whatever waits is there for idle workers.
 *
 * <p>The thread of {@link #run} owns the group's member; jobs run on threads of their own.
 */
public final class JobConsumer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(JobConsumer.class);
    private static final int SLOTS = 2;
    private static final Duration IDLE = Duration.ofMillis(500);
    /** A job in hand may come to its end while the broker is asked for another. */
    private static final Duration BESIDE_A_JOB = Duration.ofMillis(50);

    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final Supplier<ShareGroup> groups;
    private final List<String> topics;
    private final double lowShare;
    private final JobHandler handler;
    private final Fitness fitness;
    private final Runnable selfTest;
    private final Duration lock;
    private final Duration grace;
    private final JobObserver observer;
    private final Clock clock;
    private final CompletableFuture<Void> joined = new CompletableFuture<>();
    private final ExecutorService slots = Executors.newCachedThreadPool(task -> new Thread(task, "job"));
    /** A permit for whatever happened on a job's thread that this one should look at. */
    private final Semaphore news = new Semaphore(0);

    private final List<JobInHand> inHand = new ArrayList<>();
    private CompletableFuture<Void> test = CompletableFuture.completedFuture(null);

    private volatile boolean stopping;
    private volatile Instant stopLimit = Instant.MAX;
    private volatile Instant lastRound;

    /**
     * @param groups   joins the share group, the first time and after a membership that broke
     * @param topics   the most urgent first
     * @param lowShare of the jobs that each but the first topic gets at least, while something waits there
     * @param selfTest draws a small picture, or throws
     * @param lock     how long the broker lets a worker hold a record without a sign of life
     * @param grace    how long jobs may go on once {@link #stop} was called
     */
    public JobConsumer(
            Supplier<ShareGroup> groups,
            List<String> topics,
            double lowShare,
            JobHandler handler,
            Fitness fitness,
            Runnable selfTest,
            Duration lock,
            Duration grace,
            JobObserver observer,
            Clock clock) {
        this.groups = groups;
        this.topics = List.copyOf(topics);
        this.lowShare = lowShare;
        this.handler = handler;
        this.fitness = fitness;
        this.selfTest = selfTest;
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

    /**
     * Takes no more jobs. Those in hand may go on for the grace period; then they are handed back, and at once when this is called
     * again. Returns at once.
     */
    public synchronized void stop() {
        stopLimit = stopping ? clock.instant() : clock.instant().plus(grace);
        stopping = true;
        news.release();
    }

    @Override
    public void run() {
        while (!isDone()) {
            try (Intake intake = new Intake(groups.get(), topics, lowShare)) {
                while (!isDone()) {
                    round(intake);
                }
            } catch (KafkaException | IllegalStateException e) {
                // Clients reconnect by themselves; one that throws will not heal, and a new one starts without its
                // past.
                LOG.error("The share group cannot be used, joining anew: {}", e.getMessage());
                inHand.forEach(JobInHand::loseLock);
                awaitNews(PAUSE_AFTER_FAILURE);
            }
        }
        slots.shutdown();
    }

    private boolean isDone() {
        return stopping && inHand.isEmpty();
    }

    private void round(Intake intake) {
        Instant now = clock.instant();
        lastRound = now;
        boolean graceIsOver = stopping && !now.isBefore(stopLimit);
        for (JobInHand job : inHand) {
            job.attend(now);
            if (graceIsOver) {
                job.handBack();
            }
        }
        inHand.removeIf(job -> job.settle(now, stopping));
        intake.stayMember();
        if (mayTake()) {
            intake.next(inHand.isEmpty() ? IDLE : BESIDE_A_JOB).ifPresent(this::begin);
            joined.complete(null);
        } else if (!isDone()) {
            tryMyself();
            awaitNews(TICK);
        }
    }

    private boolean mayTake() {
        return !stopping
                && fitness.isFit()
                && inHand.size() < SLOTS
                && inHand.stream().noneMatch(JobInHand::needsLane);
    }

    private void begin(HeldRecord held) {
        Delivery delivery = Delivery.of(held.record());
        JobControl control = new JobControl(news::release);
        KeptLock kept = new KeptLock(held, lock, System::nanoTime, observer);
        CompletableFuture<JobOutcome> outcome = CompletableFuture.supplyAsync(
                        () -> handler.handle(delivery, control), slots)
                .exceptionally(JobConsumer::faultOfTheHandler);
        outcome.thenRun(news::release);
        inHand.add(new JobInHand(held, delivery, kept, control, outcome));
    }

    /** The handler turns every failure into an outcome; what gets here is a fault of its own. */
    private static JobOutcome faultOfTheHandler(Throwable e) {
        LOG.error("The job handler itself failed", MutedFailure.of(e));
        return new JobOutcome.Retry(PAUSE_AFTER_FAILURE);
    }

    private void tryMyself() {
        if (test.isDone() && inHand.isEmpty() && fitness.takeTest()) {
            test = CompletableFuture.runAsync(selfTest, slots)
                    .thenRun(fitness::passedTest)
                    .exceptionally(e -> {
                        LOG.warn("Still sick: {}", e.getMessage());
                        return null;
                    });
        }
    }

    private void awaitNews(Duration longest) {
        try {
            if (news.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                news.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop();
        }
    }
}
