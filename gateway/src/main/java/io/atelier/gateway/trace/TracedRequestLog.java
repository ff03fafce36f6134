package io.atelier.gateway.trace;

import io.atelier.gateway.jobs.RequestLog;
import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.message.TraceParent;
import io.atelier.trace.TraceHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A request log, which it owns, whose records are traced: each is a span until the broker has it, and who reads it goes on from
 * there.
 */
public final class TracedRequestLog implements RequestLog {
    private static final AttributeKey<String> EVENT = AttributeKey.stringKey("atelier.event");
    private static final AttributeKey<String> ID = AttributeKey.stringKey("atelier.generation");

    private final RequestLog next;
    private final Tracer tracer;

    public TracedRequestLog(RequestLog next, Tracer tracer) {
        this.next = next;
        this.tracer = tracer;
    }

    @Override
    public void prepare() {
        next.prepare();
    }

    @Override
    public CompletableFuture<Void> append(GenerationRequest request, Instant createdAt, TraceParent trace) {
        return tell(
                "requested",
                request.id(),
                Optional.of(trace),
                own -> next.append(request, createdAt, own.orElse(trace)));
    }

    @Override
    public CompletableFuture<Void> cancel(Cancellation cancellation, TraceParent trace) {
        return tell(
                "cancel", cancellation.id(), Optional.of(trace), own -> next.cancel(cancellation, own.orElse(trace)));
    }

    @Override
    public CompletableFuture<Void> announce(Generation queued, Optional<TraceParent> trace) {
        return tell("queued", queued.id(), trace, own -> next.announce(queued, own));
    }

    private CompletableFuture<Void> tell(
            String what,
            GenerationId id,
            Optional<TraceParent> trace,
            Function<Optional<TraceParent>, CompletableFuture<Void>> record) {
        Span span = tracer.spanBuilder("tell")
                .setSpanKind(SpanKind.PRODUCER)
                .setParent(TraceHeaders.context(trace))
                .setAttribute(EVENT, what)
                .setAttribute(ID, id.value())
                .startSpan();
        return record.apply(TraceHeaders.parent(Context.root().with(span))).whenComplete((done, failure) -> {
            if (failure != null) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        });
    }

    @Override
    public void close() {
        next.close();
    }
}
