package io.atelier.gateway.api;

import io.atelier.error.ErrorCode;
import java.util.Map;

/** The HTTP side of error codes. */
final class HttpStatus {
    private static final Map<ErrorCode, Integer> STATUS = Map.ofEntries(
            Map.entry(ErrorCode.MALFORMED_MESSAGE, 400),
            Map.entry(ErrorCode.UNAUTHORIZED, 401),
            Map.entry(ErrorCode.FORBIDDEN, 403),
            Map.entry(ErrorCode.NOT_FOUND, 404),
            Map.entry(ErrorCode.CONFLICT, 409),
            Map.entry(ErrorCode.REQUEST_TOO_LARGE, 413),
            Map.entry(ErrorCode.INVALID_REQUEST, 422),
            Map.entry(ErrorCode.UNKNOWN_MODEL, 422),
            Map.entry(ErrorCode.UNSUPPORTED, 422),
            Map.entry(ErrorCode.TOO_MANY_REQUESTS, 429),
            Map.entry(ErrorCode.IDENTITY_UNAVAILABLE, 503),
            Map.entry(ErrorCode.BROKER_UNAVAILABLE, 503),
            Map.entry(ErrorCode.STORE_UNAVAILABLE, 503),
            Map.entry(ErrorCode.STORAGE_UNAVAILABLE, 503));
    private static final int INTERNAL = 500;

    private static final Map<Integer, String> TITLES = Map.ofEntries(
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(406, "Not Acceptable"),
            Map.entry(409, "Conflict"),
            Map.entry(413, "Content Too Large"),
            Map.entry(414, "URI Too Long"),
            Map.entry(415, "Unsupported Media Type"),
            Map.entry(422, "Unprocessable Content"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(503, "Service Unavailable"));

    private HttpStatus() {}

    static int of(ErrorCode code) {
        return STATUS.getOrDefault(code, INTERNAL);
    }

    /** The code of a status that HTTP itself gave, before any of our code had the request. */
    static ErrorCode code(int status) {
        switch (status) {
            case 404:
                return ErrorCode.NOT_FOUND;
            case 413:
            case 414:
            case 431:
                return ErrorCode.REQUEST_TOO_LARGE;
            default:
                return status < INTERNAL ? ErrorCode.INVALID_REQUEST : ErrorCode.INTERNAL;
        }
    }

    static String title(int status) {
        return TITLES.getOrDefault(status, "Error");
    }
}
