package io.atelier.gateway;

import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Keeps the spans of a gateway whose profile asks for it. */
@Alternative
@Singleton
public class RecordedSpans {
    private final InMemorySpanExporter spans = InMemorySpanExporter.create();

    @Produces
    @Alternative
    @Singleton
    Tracer tracer() {
        return SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(spans))
                .build()
                .get("test");
    }

    public InMemorySpanExporter exporter() {
        return spans;
    }
}
