package io.atelier.local.dlq;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Dead letters for tests. */
final class Letters {
    private Letters() {}

    /** @param headers names and values, in turn */
    static DeadLetter letter(long offset, String key, byte[] value, String... headers) {
        RecordHeaders all = new RecordHeaders();
        for (int i = 0; i < headers.length; i += 2) {
            all.add(headers[i], headers[i + 1].getBytes(UTF_8));
        }
        byte[] keyBytes = key == null ? null : key.getBytes(UTF_8);
        return new DeadLetter(new ConsumerRecord<>(
                "atelier.generation.dlq",
                0,
                offset,
                0,
                TimestampType.CREATE_TIME,
                0,
                value.length,
                keyBytes,
                value,
                all,
                Optional.empty()));
    }
}
