package io.atelier.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An error in the shape of OpenAI's APIs. */
@Schema(description = "An error in the shape of OpenAI's APIs.")
public record OpenAiError(Content error) {
    static final int INVALID = 400;

    /**
     * @param type  the family of errors, by which clients choose an exception
     * @param param the field that is wrong, if it is one
     * @param code  as in all of our errors
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Content(String message, String type, String param, String code) {}

    public static OpenAiError of(Problem problem) {
        String param =
                problem.errors().isEmpty() ? null : problem.errors().get(0).field();
        return new OpenAiError(new Content(
                problem.detail(), type(problem.status()), param, problem.code().wireName()));
    }

    /** There, all that is wrong with a request is 400. */
    public static int status(int ours) {
        return ours == 422 ? INVALID : ours;
    }

    private static String type(int status) {
        switch (status) {
            case 401:
                return "authentication_error";
            case 403:
                return "permission_error";
            case 429:
                return "rate_limit_error";
            default:
                return status < 500 ? "invalid_request_error" : "server_error";
        }
    }
}
