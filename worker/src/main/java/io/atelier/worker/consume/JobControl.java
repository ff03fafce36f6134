package io.atelier.worker.consume;

import io.atelier.sdxl.Cancellation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * One delivery's way through the worker, as all see it who may stop it. Thread safe.
 *
 * <p>The first reason to stop counts, but a job that is no longer ours says nothing more, whatever else happened to it.
 */
public final class JobControl {
    /** Why a job is stopped before its end. */
    enum Stop {
        /** Somebody wants it stopped. */
        CANCELED(false),
        /** Nobody wants the picture any more. */
        EXPIRED(false),
        /** The worker ends; another one draws the picture. */
        HANDED_BACK(true),
        /** The record is in other hands. */
        LOST_LOCK(true);

        private final boolean abandons;

        Stop(boolean abandons) {
            this.abandons = abandons;
        }
    }

    private final Cancellation cancellation = new Cancellation();
    private final Runnable news;
    private Stop stop;
    private boolean closing;
    private Instant deadline = Instant.MAX;
    private boolean needsLane = true;

    /** @param news run when the job does not need the lane any more; quick */
    JobControl(Runnable news) {
        this.news = news;
    }

    /** Stops drawing and waiting; what the job still does after that depends on the reason. Returns at once. */
    synchronized void stop(Stop reason) {
        if (stop == Stop.LOST_LOCK || closing && !reason.abandons || stop != null && !reason.abandons) {
            return;
        }
        stop = reason;
        cancellation.cancel();
        notifyAll();
    }

    /** @throws CancellationException if the job is to be stopped */
    synchronized void refuseIfStopped() {
        if (stop != null) {
            throw new CancellationException("Stopped: " + stop);
        }
    }

    /**
     * From now on the job's end is written: a cancellation or a deadline comes too late.
     *
     * @throws CancellationException if it came in time
     */
    synchronized void close() {
        refuseIfStopped();
        closing = true;
    }

    /** Why the job ends without a picture, if that is an end to be told; it is {@link #close closed} then. */
    synchronized Optional<Stop> conclude() {
        if (stop == null || stop.abandons) {
            return Optional.empty();
        }
        Stop reason = stop;
        stop = null;
        closing = true;
        return Optional.of(reason);
    }

    /**
     * Waits, and no longer than it makes sense.
     *
     * @throws CancellationException if the job is to be stopped
     */
    synchronized void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        refuseIfStopped();
        for (long left = time.toMillis();
                left > 0;
                left = Duration.ofNanos(end - System.nanoTime()).toMillis()) {
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stop(Stop.HANDED_BACK);
            }
            refuseIfStopped();
        }
    }

    /**
     * Waits until something else is done, or this job is to be stopped.
     *
     * @throws CancellationException if the job is to be stopped
     */
    void await(CompletableFuture<?> other) {
        other.thenRun(this::wakeUp);
        awaitDone(other);
    }

    private synchronized void wakeUp() {
        notifyAll();
    }

    private synchronized void awaitDone(CompletableFuture<?> other) {
        refuseIfStopped();
        while (!other.isDone()) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stop(Stop.HANDED_BACK);
            }
            refuseIfStopped();
        }
    }

    synchronized void expireAt(Instant time) {
        deadline = time;
    }

    void checkDeadline(Instant now) {
        boolean passed;
        synchronized (this) {
            passed = !now.isBefore(deadline);
        }
        if (passed) {
            stop(Stop.EXPIRED);
        }
    }

    /** The device is free for another job, or will be in a moment. */
    void leaveLane() {
        synchronized (this) {
            if (!needsLane) {
                return;
            }
            needsLane = false;
        }
        news.run();
    }

    synchronized boolean needsLane() {
        return needsLane;
    }

    Cancellation cancellation() {
        return cancellation;
    }
}
