package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * Refuses paths and queries that are none, such as {@code /%zz}, before anybody tries to decode them. Quarkus would do so
 * without a {@link Problem}; {@link #LEAVE_IT_TO_US} keeps it from that.
 */
public class ReadableTarget {
    private static final int EARLIEST = 1000;
    /** A system property, to be {@code true} before the server starts. */
    public static final String LEAVE_IT_TO_US = "vertx.disableURIValidation";

    void register(@Observes Filters filters) {
        filters.register(this::check, EARLIEST);
    }

    private void check(RoutingContext context) {
        String target = context.request().uri();
        if (isReadable(target)) {
            context.next();
        } else {
            Problem.of(
                            400,
                            ErrorCode.INVALID_REQUEST,
                            "The path or the query is not one, perhaps for a % or a character that must be escaped",
                            target.split("\\?", 2)[0],
                            List.of())
                    .answer(context.response());
        }
    }

    private static boolean isReadable(String target) {
        try {
            return new URI(target).getRawPath() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
