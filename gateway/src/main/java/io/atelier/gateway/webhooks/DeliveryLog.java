package io.atelier.gateway.webhooks;

import io.atelier.job.GenerationId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** What a generation's receiver was told, and telling it again. Its calls block. */
public final class DeliveryLog {
    private final WebhookStore store;
    private final Outbox outbox;
    private final Clock clock;

    DeliveryLog(WebhookStore store, Outbox outbox, Clock clock) {
        this.store = store;
        this.outbox = outbox;
        this.clock = clock;
    }

    /** The messages of a generation, the first event first. */
    public List<Delivery> of(GenerationId id) {
        return store.deliveries(id.key());
    }

    /**
     * Lets messages begin their schedule anew.
     *
     * @param messageId null for all that were not delivered, or the last one if all were
     * @return whether there was any
     */
    public boolean redeliver(GenerationId id, String messageId) {
        List<WebhookMessage> chosen = chosen(of(id), messageId);
        if (chosen.isEmpty()) {
            return false;
        }
        store.redeliver(chosen, clock.instant());
        outbox.committed();
        return true;
    }

    static List<WebhookMessage> chosen(List<Delivery> deliveries, String messageId) {
        if (messageId != null) {
            return deliveries.stream()
                    .map(Delivery::message)
                    .filter(known -> known.id().equals(messageId))
                    .collect(Collectors.toUnmodifiableList());
        }
        List<WebhookMessage> undelivered = deliveries.stream()
                .filter(delivery ->
                        delivery.state().equals("failed") || delivery.state().equals("gone"))
                .map(Delivery::message)
                .collect(Collectors.toUnmodifiableList());
        return undelivered.isEmpty() && !deliveries.isEmpty()
                ? List.of(deliveries.get(deliveries.size() - 1).message())
                : undelivered;
    }

    /** A message with all that was tried. */
    public record Delivery(WebhookMessage message, String state, Instant dueAt, List<Attempt> attempts) {}

    /** One request to the receiver. */
    public record Attempt(
            int attempt,
            Instant startedAt,
            Duration duration,
            String outcome,
            Integer status,
            String error,
            Instant nextAt) {}
}
