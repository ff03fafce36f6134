package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.regex.Pattern;

/** Refuses paths and queries with escapes that mean nothing, such as {@code /%zz}, before anybody tries to decode them. */
public class ReadableTarget {
    private static final int EARLIEST = 1000;
    private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    void register(@Observes Filters filters) {
        filters.register(this::check, EARLIEST);
    }

    private void check(RoutingContext context) {
        String target = context.request().uri();
        if (BAD_ESCAPE.matcher(target).find()) {
            Problem.of(
                            400,
                            ErrorCode.INVALID_REQUEST,
                            "A % must be followed by two hexadecimal digits",
                            target.split("\\?", 2)[0],
                            List.of())
                    .answer(context.response());
        } else {
            context.next();
        }
    }
}
