package io.atelier.gateway.trace;

import io.atelier.gateway.config.GatewayConfig;
import io.atelier.trace.TraceExport;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Puts the plain classes together. */
public class TraceBeans {

    @Produces
    @Singleton
    TraceExport export(GatewayConfig config) {
        return TraceExport.open(
                config.traces().endpoint(), "atelier-gateway", UUID.randomUUID().toString());
    }

    void close(@Disposes TraceExport export) {
        export.close();
    }

    @Produces
    @DefaultBean
    @Singleton
    Tracer tracer(TraceExport export) {
        return export.tracer();
    }
}
