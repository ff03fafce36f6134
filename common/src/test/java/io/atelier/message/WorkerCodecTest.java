package io.atelier.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.WorkerStatus;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class WorkerCodecTest {
    private final WorkerCodec codec = new WorkerCodec(new Topics("atelier."), URI.create("/atelier/worker/worker-7f"));

    @Test
    void a_heartbeat_is_a_cloud_event_under_the_id_of_its_worker_and_is_read_back() throws IOException {
        WorkerStatus status = Json.mapper().readValue(Samples.bytes("worker-busy"), WorkerStatus.class);

        ProducerRecord<byte[], byte[]> written = codec.write(status);

        assertThat(written.topic()).isEqualTo("atelier.generation.workers");
        assertThat(written.key()).isEqualTo(bytes("worker-7f"));
        assertThat(StreamSupport.stream(written.headers().spliterator(), false)
                        .map(header -> header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8)))
                .containsExactlyInAnyOrder(
                        "ce_specversion=1.0",
                        "ce_id=worker-7f/1795378085042/busy",
                        "ce_source=/atelier/worker/worker-7f",
                        "ce_type=worker.heartbeat.v1",
                        "ce_subject=worker-7f",
                        "ce_time=2026-11-22T20:08:05.042Z",
                        "content-type=application/json");
        assertThat(Json.mapper().readTree(written.value())).isEqualTo(Samples.tree("worker-busy"));
        assertThat(codec.read(record(written.value()))).contains(status);
    }

    @Test
    void a_worker_that_leaves_deletes_its_heartbeat() {
        ProducerRecord<byte[], byte[]> written = codec.writeGone("worker-7f");

        assertThat(written.key()).isEqualTo(bytes("worker-7f"));
        assertThat(written.value()).isNull();
        assertThat(codec.read(record(null))).isEmpty();
        assertThat(WorkerCodec.workerOf(record(null))).isEqualTo("worker-7f");
    }

    @Test
    void a_record_that_is_no_heartbeat_is_malformed() {
        assertThatThrownBy(() -> codec.read(record(bytes("[1]"))))
                .isInstanceOfSatisfying(
                        GenerationException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_MESSAGE))
                .hasMessageContaining("workers-0@7");
    }

    private static ConsumerRecord<byte[], byte[]> record(byte[] value) {
        return new ConsumerRecord<>("workers", 0, 7, bytes("worker-7f"), value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
