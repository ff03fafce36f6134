package io.atelier.trace;

import io.atelier.message.TraceParent;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;

/** Between what messages say of their trace and the spans of OpenTelemetry. */
public final class TraceHeaders {
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
    private static final TextMapGetter<TraceParent> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(TraceParent parent) {
            return List.of(TraceParent.HEADER, TraceParent.STATE_HEADER);
        }

        @Override
        public String get(TraceParent parent, String key) {
            return TraceParent.HEADER.equals(key) ? parent.value() : parent.state();
        }
    };

    private TraceHeaders() {}

    /** The context of a remote parent; without one, the beginning of a trace. */
    public static Context context(Optional<TraceParent> parent) {
        return parent.map(given -> W3C.extract(Context.root(), given, GETTER)).orElse(Context.root());
    }

    /** What names the span of a context as the parent of whatever follows; empty without a span. */
    public static Optional<TraceParent> parent(Context context) {
        Map<String, String> headers = new HashMap<>();
        W3C.inject(context, headers, Map::put);
        return TraceParent.of(headers.get(TraceParent.HEADER), headers.get(TraceParent.STATE_HEADER));
    }

    /** Names the calling thread's span as the parent of whatever is done with a record, unless one is named already. */
    public static void writeTo(Headers headers) {
        if (headers.lastHeader(TraceParent.HEADER) == null) {
            parent(Context.current()).ifPresent(parent -> parent.writeTo(headers));
        }
    }
}
