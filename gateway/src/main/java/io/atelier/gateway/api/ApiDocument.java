package io.atelier.gateway.api;

import java.util.Map;

/** What the descriptions of all calls share. */
public final class ApiDocument {
    public static final String NOT_UNDERSTOOD = "NotUnderstood";
    public static final String UNAUTHORIZED = "Unauthorized";
    public static final String FORBIDDEN = "Forbidden";
    public static final String TOO_MANY = "TooManyRequests";
    public static final String NOT_FOUND = "NotFound";
    public static final String NOT_ACCEPTABLE = "NotAcceptable";
    public static final String CONFLICT = "Conflict";
    public static final String TOO_LARGE = "TooLarge";
    public static final String TARGET_TOO_LONG = "TargetTooLong";
    public static final String FIELDS_TOO_LARGE = "FieldsTooLarge";
    public static final String WRONG_TYPE = "WrongType";
    public static final String INVALID = "Invalid";
    public static final String FAULT = "Fault";
    public static final String UNAVAILABLE = "Unavailable";

    /** Parameters of calls that submit. */
    static final String KEY = Submissions.KEY_HEADER;

    public static final String PREFER = "Prefer";

    /** Headers of answers. */
    static final String LOCATION = "Location";

    static final String WAITED = "Preference-Applied";

    /** The parameters that calls share, with what they mean. */
    static final Map<String, String> HEADERS = Map.of(
            KEY,
            "The same key always means the same generation; with another request it is refused. Has no meaning beside an"
                    + " id in the body.",
            PREFER,
            "wait=N holds the answer back until the generation has ended, N seconds at most.");

    /** The answers that are told by a {@link Problem}, with what they mean. */
    static final Map<String, String> PROBLEMS = Map.ofEntries(
            Map.entry(NOT_UNDERSTOOD, "The path, the query or the body cannot be read."),
            Map.entry(UNAUTHORIZED, "The caller has not proved who they are; WWW-Authenticate says how."),
            Map.entry(FORBIDDEN, "The token is good but names no tenant."),
            Map.entry(TOO_MANY, "The tenant has asked for more than its share. Try again after Retry-After seconds."),
            Map.entry(NOT_FOUND, "Nothing is known under this id."),
            Map.entry(NOT_ACCEPTABLE, "The Accept header allows no representation that there is."),
            Map.entry(CONFLICT, "What is known under the id does not allow it."),
            Map.entry(TOO_LARGE, "The body is too large."),
            Map.entry(TARGET_TOO_LONG, "The path with its query is too long."),
            Map.entry(WRONG_TYPE, "The body is not declared as application/json."),
            Map.entry(INVALID, "It can be read but breaks the contract; one entry per wrong field."),
            Map.entry(FIELDS_TOO_LARGE, "The header fields are too large."),
            Map.entry(FAULT, "A fault of the gateway."),
            Map.entry(
                    UNAVAILABLE,
                    "Kafka, the job store or the store of the pictures does not answer; what was sent is not kept. Try"
                            + " again after Retry-After."));

    static final String REQUEST_SCHEMA = SchemasResource.PATH + "/generation-request.schema.json";
    static final String GENERATION_SCHEMA = SchemasResource.PATH + "/generation.schema.json";
    static final String PAGE_SCHEMA = SchemasResource.PATH + "/generation-page.schema.json";
    static final String CANCEL_SCHEMA = SchemasResource.PATH + "/generation-cancel.schema.json";

    private ApiDocument() {}
}
