package io.atelier.worker.consume;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.atelier.job.GenerationRequest;
import io.atelier.message.Json;
import io.atelier.message.RequestRecord;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Tells requests apart that bear the same id. Spelling does not count (order of fields, spaces, a null, the encoding of the
 * record), nor does how urgent it is.
 */
final class RequestDigest {
    private static final JsonMapper CANONICAL = ((JsonMapper) Json.mapper())
            .rebuild()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private RequestDigest() {}

    /** @return {@code sha256:…}; of the record's bytes if they are no request */
    static String of(RequestRecord read, ConsumerRecord<byte[], byte[]> record) {
        byte[] content = read.request().map(RequestDigest::canonical).orElseGet(() -> value(record));
        return "sha256:" + HexFormat.of().formatHex(sha256(content));
    }

    private static byte[] canonical(GenerationRequest request) {
        GenerationRequest essential = new GenerationRequest(
                null,
                request.model(),
                request.input(),
                request.output(),
                request.webhook(),
                request.webhookEventsFilter(),
                request.webhookFormat(),
                null,
                request.deadline(),
                request.expiresIn(),
                request.metadata());
        try {
            return CANONICAL.writeValueAsBytes(essential);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A request that was read cannot be written", e);
        }
    }

    private static byte[] value(ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null ? new byte[0] : record.value();
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
