package io.atelier.message;

import io.atelier.job.GenerationId;
import io.atelier.job.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Whom the records of the cancellation topic mean. Their values are not needed for it, so anything may be in there. */
public final class CancellationRecords {
    private CancellationRecords() {}

    /** By its key, else its subject; empty if it names no generation. */
    public static Optional<GenerationId> idOf(ConsumerRecord<byte[], byte[]> record) {
        Optional<GenerationId> named = Stream.of(record.key(), header(record, "ce_subject"))
                .filter(Objects::nonNull)
                .map(bytes -> GenerationId.ofKey(new String(bytes, StandardCharsets.UTF_8)))
                .flatMap(Optional::stream)
                .findFirst();
        byte[] header = header(record, MessageCodec.TENANT_HEADER);
        if (header == null) {
            return named;
        }
        String tenant = new String(header, StandardCharsets.UTF_8);
        return named.filter(id -> Tenant.isValid(tenant)).map(id -> id.of(tenant));
    }

    private static byte[] header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : header.value();
    }
}
