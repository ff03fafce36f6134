package io.atelier.gateway.webhooks;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What became of one attempt.
 *
 * @param status     of the answer; empty if there was none
 * @param error      a sentence without anything that the receiver sent; empty after a success
 * @param retryAfter what the receiver asked for
 */
record Outcome(Kind kind, Optional<Integer> status, Optional<String> error, Optional<Duration> retryAfter) {

    enum Kind {
        DELIVERED,
        /** The receiver wants nothing more of this generation. */
        GONE,
        /** The message was not taken; the receiver itself may be well. */
        FAILED,
        /** The receiver is away, broken or overloaded, and would not take other messages either. */
        UNREACHABLE,
        /** The URL can never be used. */
        REFUSED;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Outcome delivered(int status) {
        return new Outcome(Kind.DELIVERED, Optional.of(status), Optional.empty(), Optional.empty());
    }

    static Outcome answered(Kind kind, int status, String error, Optional<Duration> retryAfter) {
        return new Outcome(kind, Optional.of(status), Optional.of(error), retryAfter);
    }

    static Outcome unanswered(Kind kind, String error) {
        return new Outcome(kind, Optional.empty(), Optional.of(error), Optional.empty());
    }
}
