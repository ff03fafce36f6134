package io.atelier.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.atelier.job.GenerationRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Tells requests apart that bear the same id or idempotency key, for workers and gateways alike. Neither id nor spelling
 * counts (order of fields, spaces, a null, the encoding of the record), nor how urgent it is, which may be said by the topic
 * alone.
 */
public final class RequestDigest {
    private static final JsonMapper CANONICAL = ((JsonMapper) Json.mapper())
            .rebuild()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private RequestDigest() {}

    /** @return SHA-256 in hexadecimal */
    public static String of(GenerationRequest request) {
        try {
            return of(CANONICAL.writeValueAsBytes(request.withId(null).withPriority(null)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The request of " + request.id() + " was read and cannot be written", e);
        }
    }

    /**
     * For what is no request.
     *
     * @param value of a record; null is the same as empty
     * @return SHA-256 in hexadecimal
     */
    public static String of(byte[] value) {
        try {
            byte[] content = value == null ? new byte[0] : value;
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
