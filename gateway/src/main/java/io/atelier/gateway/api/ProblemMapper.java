package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.gateway.jobs.TooManyException;
import io.vertx.ext.web.handler.HttpException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Every failure of a call leaves as a {@link Problem}. What is our own fault is logged under a number that the caller gets. */
public class ProblemMapper {
    private static final System.Logger LOG = System.getLogger(ProblemMapper.class.getName());
    private static final int RETRY_SECONDS = 5;

    private final AllowedMethods allowed;

    public ProblemMapper(AllowedMethods allowed) {
        this.allowed = allowed;
    }

    @ServerExceptionMapper
    public Response ours(GenerationException e, UriInfo uri) {
        int status = HttpStatus.of(e.code());
        if (e.code() == ErrorCode.STORE_UNAVAILABLE || e.code() == ErrorCode.STORAGE_UNAVAILABLE) {
            // The message tells the operator about addresses that are no caller's business.
            LOG.log(Level.WARNING, "Call of " + uri.getPath() + " has to wait: " + e.getMessage());
            String part = e.code() == ErrorCode.STORE_UNAVAILABLE ? "job store" : "store of the pictures";
            return response(status, e.code(), "The " + part + " does not answer; try again later", uri, List.of());
        }
        return status == 500 ? internal(e, uri) : response(status, e.code(), e.getMessage(), uri, e.details());
    }

    @ServerExceptionMapper
    public Response tooMany(TooManyException e, UriInfo uri) {
        return Response.fromResponse(response(429, e.code(), e.getMessage(), uri, List.of()))
                .header(HttpHeaders.RETRY_AFTER, e.retryAfterSeconds())
                .build();
    }

    @ServerExceptionMapper
    public Response https(WebApplicationException e, UriInfo uri) {
        int status = e.getResponse().getStatus();
        if (status >= 500) {
            return internal(e, uri);
        }
        if (status < 400) {
            return e.getResponse();
        }
        Response problem = response(status, HttpStatus.code(status), detail(status, uri), uri, List.of());
        return status == 405
                ? allowed.of(uri.getRequestUri().getRawPath())
                        .map(allow -> Response.fromResponse(problem)
                                .header(HttpHeaders.ALLOW, allow)
                                .build())
                        .orElse(problem)
                : problem;
    }

    /** What the server below finds out while it takes a call apart, such as a query that is no text. */
    @ServerExceptionMapper
    public Response server(HttpException e, UriInfo uri) {
        int status = e.getStatusCode();
        return status >= 500
                ? internal(e, uri)
                : response(status, HttpStatus.code(status), detail(status, uri), uri, List.of());
    }

    @ServerExceptionMapper
    public Response unwrapped(CompletionException e, UriInfo uri) {
        return e.getCause() instanceof GenerationException
                ? ours((GenerationException) e.getCause(), uri)
                : internal(e, uri);
    }

    @ServerExceptionMapper
    public Response internal(Throwable e, UriInfo uri) {
        String number = UUID.randomUUID().toString();
        LOG.log(Level.ERROR, "Call of " + uri.getPath() + " failed, told as " + number, e);
        return response(
                500, ErrorCode.INTERNAL, "An error inside the gateway; its log has it as " + number, uri, List.of());
    }

    private static String detail(int status, UriInfo uri) {
        switch (status) {
            case 404:
                return "There is nothing at " + uri.getPath();
            case 405:
                return uri.getPath() + " does not know this method";
            case 406:
                return "No representation of " + uri.getPath() + " that the Accept header allows";
            case 415:
                return "The body must be application/json";
            default:
                return "The call cannot be understood";
        }
    }

    private static Response response(int status, ErrorCode code, String detail, UriInfo uri, List<FieldError> errors) {
        Response.ResponseBuilder response = Response.status(status)
                .type(Problem.MEDIA_TYPE)
                .entity(Problem.of(status, code, detail, uri.getPath(), errors));
        if (status == 503) {
            response.header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        return response.build();
    }
}
