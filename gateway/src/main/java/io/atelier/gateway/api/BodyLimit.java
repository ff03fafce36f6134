package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.atelier.gateway.config.GatewayConfig;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.util.List;

/**
 * Refuses bodies that say themselves that they are too large, before any of them is kept. Those that say nothing are cut off
 * where they are read. HTTP's own limit ({@code quarkus.http.limits.max-body-size}) stays far above ours: it answers without
 * a {@link Problem}.
 */
public class BodyLimit {
    private static final int EARLY = 100;

    private final int maxBytes;

    public BodyLimit(GatewayConfig config) {
        this.maxBytes = config.limits().maxRequestBytes();
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, EARLY);
    }

    private void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || !isTooLong(length)) {
            context.next();
            return;
        }
        // Taken in and thrown away: a connection closed while the caller still sends would lose our answer.
        request.handler(chunk -> {});
        request.endHandler(end -> refuse(context));
        request.resume();
    }

    private boolean isTooLong(String length) {
        try {
            return Long.parseLong(length.trim()) > maxBytes;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    static String tooLarge(int maxBytes) {
        return "A request may have " + maxBytes + " bytes";
    }

    private void refuse(RoutingContext context) {
        Problem.of(413, ErrorCode.REQUEST_TOO_LARGE, tooLarge(maxBytes), context.normalizedPath(), List.of())
                .answer(context.response());
    }
}
