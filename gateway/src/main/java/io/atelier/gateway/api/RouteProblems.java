package io.atelier.gateway.api;

import io.atelier.message.Json;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.util.List;

/** What HTTP itself refuses, such as a body that is too large, leaves as a {@link Problem} too. */
public class RouteProblems {
    private static final int FIRST = Integer.MIN_VALUE;

    void register(@Observes Router router) {
        router.route().order(FIRST).failureHandler(RouteProblems::answer);
    }

    private static void answer(RoutingContext context) {
        int status = context.statusCode();
        if (status < 400 || status >= 500 || context.response().ended()) {
            context.next();
            return;
        }
        String detail = status == 413 ? "The body is larger than a request may be" : HttpStatus.title(status);
        Problem problem = Problem.of(status, HttpStatus.code(status), detail, context.normalizedPath(), List.of());
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(Json.mapper().valueToTree(problem).toString());
    }
}
