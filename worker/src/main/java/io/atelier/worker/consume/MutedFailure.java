package io.atelier.worker.consume;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;

/**
 * A failure as logs may show it: what kind, where and why, but without messages. A fault that nobody foresaw may quote the
 * prompt in its message, which does not belong into logs; the submitter is told all of it.
 */
final class MutedFailure extends Throwable {
    private static final long serialVersionUID = 1;

    private final String kind;

    private MutedFailure(Throwable failure, Throwable cause) {
        super(null, cause, false, true);
        this.kind = failure.getClass().getName();
        setStackTrace(failure.getStackTrace());
    }

    static Throwable of(Throwable failure) {
        Throwable cause = failure.getCause();
        return new MutedFailure(failure, cause == null ? null : of(cause));
    }

    /** The message of a failure whose messages are ours; of any other only its kind. */
    static String message(GenerationException failure) {
        if (failure.code() != ErrorCode.INTERNAL) {
            return failure.getMessage();
        }
        Throwable fault = failure.getCause() == null ? failure : failure.getCause();
        return fault.getClass().getName();
    }

    @Override
    public String toString() {
        return kind;
    }
}
