package io.atelier.gateway.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.atelier.job.GenerationRequest;
import io.atelier.message.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells requests apart: two with the same hash ask for the same, whatever their ids and however their JSON is written. */
final class RequestHash {
    private static final ObjectMapper CANONICAL =
            Json.mapper().copy().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private RequestHash() {}

    /** SHA-256 in hexadecimal. */
    static String of(GenerationRequest request) {
        try {
            // How urgent it is may be said by the topic alone.
            GenerationRequest asked = request.withId(null).withPriority(request.effectivePriority());
            byte[] text = CANONICAL.writeValueAsString(asked).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("Cannot hash the request of " + request.id(), e);
        }
    }
}
