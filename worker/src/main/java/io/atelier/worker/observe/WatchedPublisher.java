package io.atelier.worker.observe;

import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.message.EventType;
import io.atelier.worker.event.EventPublisher;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A publisher whose events and dead letters are traced; who reads them goes on from these spans. */
public final class WatchedPublisher implements EventPublisher {
    private static final AttributeKey<String> EVENT = AttributeKey.stringKey("atelier.event");

    private final EventPublisher next;
    private final Tracer tracer;

    public WatchedPublisher(EventPublisher next, Tracer tracer) {
        this.next = next;
        this.tracer = tracer;
    }

    @Override
    public void publish(EventType type, Generation generation) {
        tell(type.name().toLowerCase(Locale.ROOT), () -> next.publish(type, generation));
    }

    @Override
    public void publishProgress(Generation generation) {
        next.publishProgress(generation);
    }

    @Override
    public void publishDeadLetter(ConsumerRecord<byte[], byte[]> record, int attempt, GenerationException reason) {
        tell("dead_letter", () -> next.publishDeadLetter(record, attempt, reason));
    }

    private void tell(String what, Runnable call) {
        Span span = tracer.spanBuilder("tell")
                .setSpanKind(SpanKind.PRODUCER)
                .setAttribute(EVENT, what)
                .startSpan();
        Scope scope = span.makeCurrent();
        try (scope) {
            call.run();
        } catch (RuntimeException e) {
            span.setStatus(StatusCode.ERROR);
            throw e;
        } finally {
            span.end();
        }
    }
}
