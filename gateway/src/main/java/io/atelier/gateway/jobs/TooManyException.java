package io.atelier.gateway.jobs;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.time.Duration;

/** A tenant asks for more than its share. */
public final class TooManyException extends GenerationException {
    private static final long serialVersionUID = 1L;

    private final long retryAfterSeconds;

    public TooManyException(String message, Duration retryAfter) {
        super(ErrorCode.TOO_MANY_REQUESTS, message);
        this.retryAfterSeconds = Math.max(1, (retryAfter.toMillis() + 999) / 1000);
    }

    /** Whole seconds, at least one. */
    public long retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
