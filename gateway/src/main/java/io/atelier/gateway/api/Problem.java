package io.atelier.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.message.Json;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What went wrong with a call.
 *
 * @see "RFC 9457, Problem Details for HTTP APIs"
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(description = "What went wrong with a call, as RFC 9457 has it.")
public record Problem(
        @Schema(description = "Names the kind of problem.", examples = "https://atelier.io/problems/invalid_request")
        String type,

        @Schema(description = "The kind of problem in words.", examples = "Unprocessable Content")
        String title,

        @Schema(description = "The HTTP status.", examples = "422")
        int status,

        @Schema(description = "What went wrong this time.", examples = "input.width must be multiple of 8 (was 100)")
        String detail,

        @Schema(description = "The path of the call.", examples = "/v1/generations")
        String instance,

        @Schema(
                implementation = String.class,
                description = "The error code, from the closed list of the contract.",
                examples = "invalid_request")
        ErrorCode code,

        @Schema(description = "One entry per wrong field of a request.")
        List<FieldError> errors) {

    public static final String MEDIA_TYPE = "application/problem+json";
    private static final String TYPE_BASE = "https://atelier.io/problems/";

    public static Problem of(int status, ErrorCode code, String detail, String instance, List<FieldError> errors) {
        return new Problem(
                TYPE_BASE + code.wireName(), HttpStatus.title(status), status, detail, instance, code, errors);
    }

    /** Answers a call that none of our resources has seen. */
    void answer(HttpServerResponse response) {
        boolean isTheirs = OpenAiErrors.isOpenAi(instance);
        Object body = isTheirs ? OpenAiError.of(this) : this;
        response.setStatusCode(isTheirs ? OpenAiError.status(status) : status)
                .putHeader(HttpHeaders.CONTENT_TYPE, isTheirs ? MediaType.APPLICATION_JSON : MEDIA_TYPE)
                .end(Json.mapper().valueToTree(body).toString());
    }
}
