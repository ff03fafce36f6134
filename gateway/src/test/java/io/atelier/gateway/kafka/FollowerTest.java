package io.atelier.gateway.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.FakeKafka;
import io.atelier.message.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class FollowerTest {
    private static final String TOPIC = new Topics(Topics.DEFAULT_PREFIX).events();

    private final FakeKafka kafka = new FakeKafka();
    private final BlockingQueue<Round> rounds = new LinkedBlockingQueue<>();

    @Test
    void what_comes_within_the_least_round_is_handled_together() throws InterruptedException {
        Duration least = Duration.ofSeconds(1);
        try (Follower follower = follow(least)) {
            append("1");
            Round first = rounds.take();
            append("2");
            append("3");
            Round second = rounds.take();

            assertThat(first.records).isEqualTo(1);
            assertThat(second.records).isEqualTo(2);
            assertThat(Duration.ofNanos(second.nanoTime - first.nanoTime)).isGreaterThan(least.minusMillis(50));
        }
    }

    @Test
    void closing_does_not_wait_for_the_end_of_a_round() throws InterruptedException {
        Follower follower = follow(Duration.ofHours(1));
        append("1");
        rounds.take();

        long begin = System.nanoTime();
        follower.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
    }

    private Follower follow(Duration least) {
        return new Follower("test", kafka::observer, new Recorder(), Clock.systemUTC(), least).start();
    }

    private void append(String value) {
        kafka.append(new ProducerRecord<>(TOPIC, value.getBytes()));
    }

    /** One poll that brought something. */
    private record Round(int records, long nanoTime) {}

    private final class Recorder implements Follower.Handler {
        @Override
        public void start(Consumer<byte[], byte[]> consumer) {
            consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
        }

        @Override
        public void handle(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
            if (!records.isEmpty()) {
                rounds.add(new Round(records.count(), System.nanoTime()));
            }
        }
    }
}
