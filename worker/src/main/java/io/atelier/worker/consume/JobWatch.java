package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.sdxl.Stage;
import java.time.Duration;
import java.util.Optional;

/**
 * Watches one delivery, from its record's arrival until it is let go. The calls come in the order in which they stand here,
 * many of them not for every job; the last one is {@link #ended} or {@link #handedBack}, once. They may come from several
 * threads, one after the other. Must be quick and must not throw.
 */
public interface JobWatch {
    JobWatch NONE = new JobWatch() {};

    /** The calling thread works for this job until the scope is closed: its lines of log and what it sends belong to the job. */
    default Scope enter() {
        return Scope.NONE;
    }

    /** Accepted, and its start is about to be told. */
    default void started(Generation started) {}

    /** The device is busy with it. */
    default void drawingBegan() {}

    default void stageBegan(Stage stage) {}

    /** The device is free, whatever became of the drawing. */
    default void drawingEnded() {}

    /** Its pictures are files now. */
    default void encoded(Duration took) {}

    /** The generation has its end, by this delivery or, as worker and attempt say, by an earlier one; everybody was told. */
    default void ended(Generation ended) {}

    /** The record goes back without an end. @param failure why; empty if the job was stopped from outside */
    default void handedBack(Optional<ErrorCode> failure) {}

    /** How long a thread works for a job. */
    interface Scope extends AutoCloseable {
        Scope NONE = () -> {};

        @Override
        void close();
    }
}
