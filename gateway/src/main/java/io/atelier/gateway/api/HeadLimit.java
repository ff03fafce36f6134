package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;

/**
 * Refuses heads of calls that are too long. HTTP's own limits ({@code quarkus.http.limits}) stay far above ours: they answer
 * without a {@link Problem}.
 */
public class HeadLimit {
    /** What every recipient should at least take, by RFC 9110, section 4.1. */
    static final int LONGEST_TARGET = 8_000;
    /** Characters of the names and values of all fields. */
    static final int LONGEST_FIELDS = 16_000;

    private static final int BEFORE_THE_OTHERS = 1100;

    void register(@Observes Filters filters) {
        filters.register(this::check, BEFORE_THE_OTHERS);
    }

    private void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.uri().length() > LONGEST_TARGET) {
            refuse(context, 414, "The path with its query may have " + LONGEST_TARGET + " characters");
        } else if (length(request) > LONGEST_FIELDS) {
            refuse(context, 431, "The header fields may have " + LONGEST_FIELDS + " characters together");
        } else {
            context.next();
        }
    }

    private static int length(HttpServerRequest request) {
        int length = 0;
        for (Map.Entry<String, String> field : request.headers()) {
            length += field.getKey().length() + field.getValue().length();
        }
        return length;
    }

    private static void refuse(RoutingContext context, int status, String detail) {
        String path = context.request().uri().split("\\?", 2)[0];
        String instance = path.length() > LONGEST_TARGET ? path.substring(0, LONGEST_TARGET) : path;
        Problem.of(status, ErrorCode.REQUEST_TOO_LARGE, detail, instance, List.of())
                .answer(context.response());
    }
}
