package io.atelier.worker.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.GenerationId;
import io.atelier.job.WorkerStatus;
import io.atelier.job.WorkerStatus.State;
import io.atelier.message.Topics;
import io.atelier.message.WorkerCodec;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    private static final Duration NEVER = Duration.ofDays(1);

    private final BlockingQueue<ProducerRecord<byte[], byte[]>> sent = new LinkedBlockingQueue<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);
    private final WorkerCodec codec = new WorkerCodec(new Topics("t."), URI.create("/test"));
    private volatile boolean broken;
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                @Override
                public synchronized Future<RecordMetadata> send(
                        ProducerRecord<byte[], byte[]> record, Callback callback) {
                    sent.add(record);
                    return super.send(record, callback);
                }
            };
    private final Heartbeat heartbeat = new Heartbeat(this::status, producer, codec, "worker-0");

    @AfterEach
    void stop() throws InterruptedException {
        heartbeat.close();
    }

    @Test
    void tells_at_the_start_at_each_change_and_at_the_end_that_the_worker_has_left() throws InterruptedException {
        heartbeat.start(NEVER);
        assertThat(next()).isEqualTo(State.STARTING);

        state.set(State.READY);
        heartbeat.changed();
        assertThat(next()).isEqualTo(State.READY);
        state.set(State.BUSY);
        heartbeat.changed();
        assertThat(next()).isEqualTo(State.BUSY);

        heartbeat.close();
        ProducerRecord<byte[], byte[]> last = sent.poll(10, TimeUnit.SECONDS);
        assertThat(last.value()).isNull();
        assertThat(new String(last.key())).isEqualTo("worker-0");
    }

    @Test
    void tells_again_and_again_although_nothing_changes() throws InterruptedException {
        heartbeat.start(Duration.ofMillis(1));

        for (int i = 0; i < 3; i++) {
            assertThat(next()).isEqualTo(State.STARTING);
        }
    }

    @Test
    void goes_on_after_a_heartbeat_that_could_not_be_made() throws InterruptedException {
        broken = true;
        heartbeat.start(Duration.ofMillis(1));
        heartbeat.changed();
        broken = false;

        assertThat(next()).isEqualTo(State.STARTING);
    }

    @Test
    void a_change_after_the_end_is_not_told() throws InterruptedException {
        heartbeat.close();
        sent.clear();

        heartbeat.changed();

        assertThat(sent).isEmpty();
    }

    private State next() throws InterruptedException {
        ProducerRecord<byte[], byte[]> record = sent.poll(10, TimeUnit.SECONDS);
        return codec.read(new ConsumerRecord<>(record.topic(), 0, 0, record.key(), record.value()))
                .orElseThrow()
                .state();
    }

    private WorkerStatus status() {
        if (broken) {
            throw new IllegalStateException("by order of the test");
        }
        return new WorkerStatus(
                "worker-0",
                "fake",
                "sha256:0",
                "cpu",
                0,
                state.get(),
                null,
                List.of(new GenerationId("job-1")),
                null,
                Instant.EPOCH,
                Instant.EPOCH,
                5000,
                null);
    }
}
