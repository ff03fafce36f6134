package io.atelier.gateway.webhooks;

import io.atelier.job.Generation;
import io.atelier.message.TraceParent;
import java.time.Instant;
import java.util.Optional;
import okhttp3.HttpUrl;

/**
 * Something that a receiver is to be told.
 *
 * @param id         the header {@code webhook-id}: the same on every attempt
 * @param type       such as {@code generation.succeeded}
 * @param eventAt    when it happened
 * @param generation as it was then
 * @param attempts   how often it was tried so far, of all times
 * @param step       how often in the present run through the schedule
 * @param trace      that it is a consequence of, if that is known
 */
public record WebhookMessage(
        String id,
        String type,
        Instant eventAt,
        Generation generation,
        int attempts,
        int step,
        Optional<TraceParent> trace) {
    static final String PROGRESS = "generation.progress";

    /** The same as a step of a trace, if there is one. */
    WebhookMessage in(Optional<TraceParent> own) {
        return new WebhookMessage(id, type, eventAt, generation, attempts, step, own);
    }

    String url() {
        return generation.webhook();
    }

    /** Progress is old news as soon as there is newer. */
    boolean isProgress() {
        return type.equals(PROGRESS);
    }

    /**
     * Who shares a fate: one tenant's messages to one host and port. Other tenants' messages to the same host do not, since
     * anybody could get a host into trouble with an address of its own there.
     */
    String receiver() {
        return generation.tenant() + ' ' + origin(url());
    }

    private static String origin(String url) {
        HttpUrl parsed = HttpUrl.parse(url);
        return parsed == null ? "?" : parsed.scheme() + "://" + parsed.host() + ':' + parsed.port();
    }
}
