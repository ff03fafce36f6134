package io.atelier.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URI;
import java.util.Optional;

/** Where spans go: to an OTLP collector, or nowhere. */
public final class TraceExport implements AutoCloseable {
    private static final String SCOPE = "io.atelier";

    private final Tracer tracer;
    private final Runnable close;

    private TraceExport(Tracer tracer, Runnable close) {
        this.tracer = tracer;
        this.close = close;
    }

    /**
     * Opens no connection yet; a collector that is away costs spans and nothing else.
     *
     * @param endpoint of the collector's HTTP receiver, such as {@code http://localhost:4318/v1/traces}; without one nothing is
     *                 recorded
     * @param service  the kind of process, such as {@code atelier-worker}
     * @param instance which one of them
     */
    public static TraceExport open(Optional<URI> endpoint, String service, String instance) {
        return endpoint.map(uri -> to(uri, service, instance))
                .orElseGet(() -> new TraceExport(OpenTelemetry.noop().getTracer(SCOPE), () -> {}));
    }

    private static TraceExport to(URI endpoint, String service, String instance) {
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault()
                        .merge(Resource.create(Attributes.of(
                                AttributeKey.stringKey("service.name"),
                                service,
                                AttributeKey.stringKey("service.instance.id"),
                                instance))))
                .addSpanProcessor(BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder()
                                .setEndpoint(endpoint.toString())
                                .build())
                        .build())
                .build();
        return new TraceExport(provider.get(SCOPE), provider::close);
    }

    public Tracer tracer() {
        return tracer;
    }

    /** Sends what is left, for some seconds at most. */
    @Override
    public void close() {
        close.run();
    }
}
