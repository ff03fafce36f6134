package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.access.Caller;
import io.atelier.gateway.access.Identities;
import io.atelier.gateway.access.TenantLimits;
import io.atelier.gateway.jobs.TooManyException;
import io.atelier.job.Tenant;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Lets nobody in who has not proved who they are, before anything else looks at the call. Open to all are health, metrics and
 * the descriptions of the API only.
 *
 * @see "RFC 6750, Bearer Token Usage"
 */
public class AccessFilter {
    private static final System.Logger LOG = System.getLogger(AccessFilter.class.getName());
    /** A browser's preflight request, which carries no token, is answered before (300). */
    private static final int AFTER_CORS = 250;

    private static final List<String> OPEN =
            List.of("/q/health", "/q/metrics", "/q/openapi", AsyncApiResource.PATH, SchemasResource.PATH);
    private static final String BEARER = "Bearer ";
    private static final String REALM = "Bearer realm=\"atelier\"";
    private static final int RETRY_SECONDS = 5;

    private final Identities identities;
    private final TenantLimits limits;

    public AccessFilter(Identities identities, TenantLimits limits) {
        this.identities = identities;
        this.limits = limits;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, AFTER_CORS);
    }

    private void check(RoutingContext call) {
        if (identities.none()) {
            admit(call, Tenant.DEFAULT, () -> true);
        } else if (isOpen(call.normalizedPath())) {
            call.next();
        } else {
            Optional<String> token = token(call.request());
            if (token.isEmpty()) {
                refuse(call, new GenerationException(ErrorCode.UNAUTHORIZED, "A Bearer token is needed"), REALM);
            } else {
                judge(call, token.get());
            }
        }
    }

    static boolean isOpen(String path) {
        return OPEN.stream().anyMatch(open -> path.equals(open) || path.startsWith(open + '/'));
    }

    private static Optional<String> token(HttpServerRequest request) {
        List<String> headers = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        return headers.size() == 1 && headers.get(0).regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? Optional.of(headers.get(0).substring(BEARER.length()).trim())
                : Optional.empty();
    }

    private void judge(RoutingContext call, String token) {
        Optional<String> known = identities.remembered(token);
        if (known.isPresent()) {
            admit(call, known.get(), token);
            return;
        }
        call.vertx().executeBlocking(() -> identities.tenant(token), false).onComplete(judged -> {
            if (judged.succeeded()) {
                admit(call, judged.result(), token);
            } else {
                refuse(call, judged.cause());
            }
        });
    }

    private void admit(RoutingContext call, String tenant, String token) {
        admit(call, tenant, () -> identities.isStillOf(tenant, token));
    }

    private void admit(RoutingContext call, String tenant, BooleanSupplier proof) {
        Optional<Duration> wait = isOpen(call.normalizedPath()) ? Optional.empty() : limits.call(tenant);
        if (wait.isPresent()) {
            refuse(call, new TooManyException("Too many calls of tenant " + tenant, wait.get()));
        } else {
            Caller.is(call, tenant, proof);
            call.next();
        }
    }

    private static void refuse(RoutingContext call, Throwable failure) {
        if (!(failure instanceof GenerationException)) {
            LOG.log(Level.ERROR, "Who calls " + call.normalizedPath() + " could not be found out", failure);
            refuse(call, new GenerationException(ErrorCode.INTERNAL, "An error inside the gateway"), "");
            return;
        }
        GenerationException refusal = (GenerationException) failure;
        switch (refusal.code()) {
            case UNAUTHORIZED -> refuse(call, refusal, REALM + ", error=\"invalid_token\"");
            case TOO_MANY_REQUESTS -> refuse(call, refusal, "");
            case FORBIDDEN -> refuse(call, refusal, REALM + ", error=\"insufficient_scope\"");
            default -> {
                LOG.log(Level.WARNING, "Who calls cannot be found out now: " + refusal.getMessage());
                refuse(call, new GenerationException(refusal.code(), "It cannot be found out now who calls"), "");
            }
        }
    }

    private static void refuse(RoutingContext call, GenerationException refusal, String challenge) {
        HttpServerRequest request = call.request();
        if (request.isEnded()) {
            answer(call, refusal, challenge);
            return;
        }
        // The body is taken in and thrown away: a connection closed while the caller still sends would lose our answer.
        request.handler(chunk -> {});
        request.endHandler(end -> answer(call, refusal, challenge));
        request.resume();
    }

    private static void answer(RoutingContext call, GenerationException refusal, String challenge) {
        int status = HttpStatus.of(refusal.code());
        if (!challenge.isEmpty()) {
            call.response().putHeader("WWW-Authenticate", challenge);
        }
        if (refusal instanceof TooManyException) {
            String wait = Long.toString(((TooManyException) refusal).retryAfterSeconds());
            call.response().putHeader(HttpHeaders.RETRY_AFTER, wait);
        } else if (status == 503) {
            call.response().putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(RETRY_SECONDS));
        }
        Problem.of(status, refusal.code(), refusal.getMessage(), call.normalizedPath(), List.of())
                .answer(call.response());
    }
}
