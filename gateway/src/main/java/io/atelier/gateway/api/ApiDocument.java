package io.atelier.gateway.api;

import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** What the descriptions of all calls share. */
@OpenAPIDefinition(
        info = @Info(title = "Atelier gateway", version = "1"),
        components =
                @Components(
                        responses = {
                            @APIResponse(
                                    name = ApiDocument.NOT_UNDERSTOOD,
                                    description = "The path, the query or the body cannot be read.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = ApiDocument.UNAUTHORIZED,
                                    description = "The caller has not proved who they are; WWW-Authenticate says how.",
                                    headers =
                                            @Header(
                                                    name = "WWW-Authenticate",
                                                    schema = @Schema(implementation = String.class)),
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = ApiDocument.FORBIDDEN,
                                    description = "The token is good but names no tenant.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = ApiDocument.TOO_MANY,
                                    description =
                                            "The tenant has asked for more than its share. Try again after Retry-After seconds.",
                                    headers =
                                            @Header(
                                                    name = "Retry-After",
                                                    schema = @Schema(implementation = Integer.class)),
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = ApiDocument.NOT_FOUND,
                                    description = "Nothing is known under this id.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = ApiDocument.NOT_ACCEPTABLE,
                                    description = "The Accept header allows no representation that there is.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = ApiDocument.CONFLICT,
                                    description = "What is known under the id does not allow it.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = ApiDocument.TOO_LARGE,
                                    description = "The body is too large.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = ApiDocument.WRONG_TYPE,
                                    description = "The body is not declared as application/json.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = ApiDocument.INVALID,
                                    description = "It can be read but breaks the contract; one entry per wrong field.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class),
                                                    examples =
                                                            @ExampleObject(
                                                                    name = "size",
                                                                    value = ApiDocument.PROBLEM_EXAMPLE))),
                            @APIResponse(
                                    name = ApiDocument.FAULT,
                                    description = "A fault of the gateway.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = ApiDocument.UNAVAILABLE,
                                    description = "Kafka, the job store or the store of the pictures does not answer;"
                                            + " what was sent is not kept. Try again after Retry-After.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class)))
                        }))
public final class ApiDocument {
    static final String NOT_UNDERSTOOD = "NotUnderstood";
    static final String UNAUTHORIZED = "Unauthorized";
    static final String FORBIDDEN = "Forbidden";
    static final String TOO_MANY = "TooManyRequests";
    static final String NOT_FOUND = "NotFound";
    static final String NOT_ACCEPTABLE = "NotAcceptable";
    static final String CONFLICT = "Conflict";
    static final String TOO_LARGE = "TooLarge";
    static final String WRONG_TYPE = "WrongType";
    static final String INVALID = "Invalid";
    static final String FAULT = "Fault";
    static final String UNAVAILABLE = "Unavailable";

    static final String REQUEST_SCHEMA = SchemasResource.PATH + "/generation-request.schema.json";
    static final String GENERATION_SCHEMA = SchemasResource.PATH + "/generation.schema.json";
    static final String PAGE_SCHEMA = SchemasResource.PATH + "/generation-page.schema.json";
    static final String CANCEL_SCHEMA = SchemasResource.PATH + "/generation-cancel.schema.json";
    static final String REQUEST_EXAMPLE = "{\"input\": {\"prompt\": \"a big red circle on a yellow"
            + " background\", \"width\": 128, \"height\": 128, \"num_inference_steps\": 20, \"seed\": 42}}";
    static final String QUEUED_EXAMPLE = "{\"id\": \"0198c5a2-7c1e-7d09-9a59-0f6a3f0b8a11\", \"tenant\":"
            + " \"default\", \"status\": \"queued\", \"priority\": \"normal\", \"input\": {\"prompt\": \"a big red"
            + " circle on a yellow background\"}, \"output\": [], \"error\": null, \"metadata\": {}, \"attempt\": 0,"
            + " \"created_at\": \"2026-01-01T12:00:00Z\"}";
    static final String PROBLEM_EXAMPLE = "{\"type\": \"https://atelier.io/problems/invalid_request\","
            + " \"title\": \"Unprocessable Content\", \"status\": 422, \"detail\": \"input.width must be multiple of"
            + " 8 (was 100)\", \"instance\": \"/v1/generations\", \"code\": \"invalid_request\", \"errors\":"
            + " [{\"field\": \"input.width\", \"message\": \"must be multiple of 8\", \"value\": \"100\"}]}";

    private ApiDocument() {}
}
