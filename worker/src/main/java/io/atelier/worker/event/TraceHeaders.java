package io.atelier.worker.event;

import io.atelier.message.TraceParent;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;

/** Between the headers of records and the traces that threads work for. */
public final class TraceHeaders {
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
    private static final TextMapGetter<String> ONLY_PARENT = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String traceParent) {
            return List.of(TraceParent.HEADER);
        }

        @Override
        public String get(String traceParent, String key) {
            return TraceParent.HEADER.equals(key) ? traceParent : null;
        }
    };

    private TraceHeaders() {}

    /** The context of a remote parent; without one, the beginning of a trace. */
    public static Context context(Optional<String> traceParent) {
        return traceParent
                .map(value -> W3C.extract(Context.root(), value, ONLY_PARENT))
                .orElse(Context.root());
    }

    /** Names the calling thread's span as the parent of whatever is done with a record, unless one is named already. */
    static void writeTo(Headers headers) {
        if (headers.lastHeader(TraceParent.HEADER) == null) {
            W3C.inject(
                    Context.current(),
                    headers,
                    (into, name, value) -> into.add(name, value.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
