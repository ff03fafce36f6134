package io.atelier.gateway.webhooks;

import io.atelier.trace.TraceHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;

/**
 * A sender whose attempts are spans, under the one that told of the event; receivers go on from them. URLs stay out: they may
 * hold secrets of the receiver.
 */
final class TracedWebhookSender implements WebhookSender {
    private static final AttributeKey<String> ID = AttributeKey.stringKey("atelier.generation");
    private static final AttributeKey<String> EVENT = AttributeKey.stringKey("atelier.event");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("atelier.attempt");
    private static final AttributeKey<Long> SINCE_EVENT = AttributeKey.longKey("atelier.since_event_ms");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("atelier.outcome");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");

    private final WebhookSender next;
    private final Tracer tracer;

    TracedWebhookSender(WebhookSender next, Tracer tracer) {
        this.next = next;
        this.tracer = tracer;
    }

    @Override
    public Outcome send(WebhookMessage message, Instant now) {
        Span span = tracer.spanBuilder("webhook")
                .setSpanKind(SpanKind.CLIENT)
                .setParent(TraceHeaders.context(message.trace()))
                .setAttribute(ID, message.generation().id().value())
                .setAttribute(EVENT, message.type())
                .setAttribute(ATTEMPT, message.attempts() + 1L)
                .setAttribute(
                        SINCE_EVENT, Duration.between(message.eventAt(), now).toMillis())
                .startSpan();
        try {
            Outcome outcome =
                    next.send(message.in(TraceHeaders.parent(Context.root().with(span))), now);
            describe(span, outcome);
            return outcome;
        } finally {
            span.end();
        }
    }

    private static void describe(Span span, Outcome outcome) {
        span.setAttribute(OUTCOME, outcome.kind().wireName());
        outcome.status().ifPresent(status -> span.setAttribute(STATUS, (long) status));
        if (outcome.kind() != Outcome.Kind.DELIVERED) {
            span.setStatus(StatusCode.ERROR);
        }
    }
}
