package io.atelier.gateway.trace;

import io.atelier.message.TraceParent;
import io.atelier.trace.TraceHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Makes the span of a call that sends something to the workers: under the caller's, from the reading of the call to the end of
 * its answer. To be asked on the thread that has the call.
 */
@Singleton
public class CallTraces {
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final String TRACE = "atelier.trace";
    private static final int FAULT = 500;

    private final Tracer tracer;
    private final CurrentVertxRequest request;

    CallTraces(Tracer tracer, CurrentVertxRequest request) {
        this.tracer = tracer;
        this.request = request;
    }

    /**
     * Begins the span unless the call has one.
     *
     * @param name of what is done, such as {@code submit}
     * @return what goes on with it; where nobody records, what the caller gave, or a new trace
     */
    public TraceParent of(String name) {
        RoutingContext call = request.getCurrent();
        TraceParent known = call.get(TRACE);
        if (known == null) {
            known = begin(name, call);
            call.put(TRACE, known);
        }
        return known;
    }

    private TraceParent begin(String name, RoutingContext call) {
        HttpServerRequest http = call.request();
        Optional<TraceParent> caller = TraceParent.of(
                String.join(",", http.headers().getAll(TraceParent.HEADER)),
                String.join(",", http.headers().getAll(TraceParent.STATE_HEADER)));
        Span span = tracer.spanBuilder(name)
                .setSpanKind(SpanKind.SERVER)
                .setParent(TraceHeaders.context(caller))
                .setAttribute(METHOD, http.method().name())
                .setAttribute(PATH, call.normalizedPath())
                .startSpan();
        call.addEndHandler(ended -> end(span, call.response().getStatusCode()));
        return TraceHeaders.parent(Context.root().with(span)).orElseGet(TraceParent::newRoot);
    }

    private static void end(Span span, int status) {
        span.setAttribute(STATUS, (long) status);
        if (status >= FAULT) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
    }
}
