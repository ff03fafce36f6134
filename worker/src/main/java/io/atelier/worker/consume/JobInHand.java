package io.atelier.worker.consume;

import io.atelier.worker.consume.JobControl.Stop;
import io.atelier.worker.share.HeldRecord;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A job that one of the slots works on, with the record that Kafka lent for it. Belongs to the consumer's thread. */
final class JobInHand {
    private static final Logger LOG = LoggerFactory.getLogger(JobInHand.class);

    private final HeldRecord held;
    private final Delivery delivery;
    private final KeptLock lock;
    private final JobControl control;
    private final CompletableFuture<JobOutcome> outcome;
    private boolean lost;
    private Instant releaseAt;

    JobInHand(
            HeldRecord held,
            Delivery delivery,
            KeptLock lock,
            JobControl control,
            CompletableFuture<JobOutcome> outcome) {
        this.held = held;
        this.delivery = delivery;
        this.lock = lock;
        this.control = control;
        this.outcome = outcome;
    }

    boolean needsLane() {
        return control.needsLane();
    }

    /** Renews the lock when that is due, and stops the job if it is no longer ours or no longer wanted. */
    void attend(Instant now) {
        if (!lost && !lock.keep()) {
            loseLock();
        }
        control.checkDeadline(now);
    }

    void loseLock() {
        if (!lost) {
            LOG.warn("Lost the lock on {}: stopping its job", delivery.place());
            lost = true;
            control.stop(Stop.LOST_LOCK);
        }
    }

    void handBack() {
        control.stop(Stop.HANDED_BACK);
    }

    /**
     * Tells Kafka of the outcome, once there is one and its back-off is over.
     *
     * @param hurry not to wait for the back-off
     * @return whether nothing is left to do
     */
    boolean settle(Instant now, boolean hurry) {
        if (!outcome.isDone()) {
            return false;
        }
        if (lost) {
            return true;
        }
        JobOutcome ended = outcome.join();
        if (releaseAt == null) {
            releaseAt = now.plus(ended.delay());
        }
        if (now.isBefore(releaseAt) && !hurry) {
            return false;
        }
        held.acknowledge(ended.acknowledgement());
        return true;
    }
}
