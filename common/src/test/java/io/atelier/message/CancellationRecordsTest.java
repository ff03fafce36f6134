package io.atelier.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.GenerationId;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Whose generation a record of the cancellation topic means. */
class CancellationRecordsTest {
    @Test
    void the_key_says_it_with_the_tenant_before_the_id() {
        assertThat(id("my-1", null, null)).contains(new GenerationId("my-1"));
        assertThat(id("acme/my-1", null, null)).contains(new GenerationId("acme", "my-1"));
        assertThat(id("acme/my-1", "my-1", "acme")).contains(new GenerationId("acme", "my-1"));
    }

    @Test
    void a_header_may_say_the_tenant_of_a_bare_id() {
        assertThat(id("my-1", null, "acme")).contains(new GenerationId("acme", "my-1"));
        assertThat(id(null, "my-1", "acme")).contains(new GenerationId("acme", "my-1"));
    }

    @Test
    void what_names_nobody_cancels_nothing() {
        assertThat(id(null, null, null)).isEmpty();
        assertThat(id("a b", "..", null)).isEmpty();
        assertThat(id("my-1", null, "../acme")).isEmpty();
    }

    private static Optional<GenerationId> id(String key, String subject, String tenant) {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>("atelier.generation.cancellations", 0, 1, bytes(key), bytes("{}"));
        if (subject != null) {
            record.headers().add("ce_subject", bytes(subject));
        }
        if (tenant != null) {
            record.headers().add("ce_tenant", bytes(tenant));
        }
        return CancellationRecords.idOf(record);
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
