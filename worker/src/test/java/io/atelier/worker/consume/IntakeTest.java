package io.atelier.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.junit.jupiter.api.Test;

/** Which record is taken, and what becomes of one that was locked beside it. */
class IntakeTest {
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final List<TopicConsumer> made = new ArrayList<>();
    private long now;
    private final Intake intake = new Intake(this::make, List.of("high", "normal", "low"), FRESH, () -> now);

    private TopicConsumer make() {
        TopicConsumer consumer = new TopicConsumer();
        made.add(consumer);
        return consumer;
    }

    @Test
    void each_topic_has_a_consumer_of_its_own() {
        assertThat(made).extracting(consumer -> consumer.topic).containsExactly("high", "normal", "low");
    }

    @Test
    void the_most_urgent_topic_goes_first_whatever_waits_longer() {
        of("low").deliver(1);
        of("normal").deliver(1);
        of("high").deliver(1, 2);

        assertThat(take()).contains("high-0@1");
        assertThat(take()).contains("high-0@2");
        assertThat(take()).contains("normal-0@1");
        assertThat(take()).contains("low-0@1");
        assertThat(take()).isEmpty();
    }

    @Test
    void after_a_job_a_topic_must_prove_to_be_empty_before_the_next_is_asked() {
        of("normal").deliver(1);
        take();
        take();
        take();

        assertThat(of("high").patience).as("a glance, always").containsOnly(60L);
        assertThat(of("normal").patience).as("at first, after a job, and idle").containsExactly(200L, 200L, 60L);
        assertThat(of("low").patience).containsExactly(200L, 60L);
    }

    @Test
    void a_record_that_was_locked_beside_the_job_is_given_back() {
        of("normal").deliver(1);
        HeldRecord inHand = intake.next(Duration.ZERO).orElseThrow();
        of("high").deliver(7);
        of("normal").deliver(2);

        intake.releaseStrays(inHand);
        assertThat(of("high").calls).as("too early to look").doesNotContain("RELEASE 7");
        pass(Duration.ofMillis(100));
        intake.releaseStrays(inHand);

        assertThat(of("high").calls).endsWith("RELEASE 7", "commit");
        assertThat(of("normal").calls)
                .as("the consumer of the job in hand is left alone")
                .containsExactly("poll");
    }

    @Test
    void looks_become_rare_since_each_may_lock_another_record() {
        of("normal").deliver(1);
        HeldRecord inHand = intake.next(Duration.ZERO).orElseThrow();
        long before = of("high").polls();

        for (int tick = 0; tick < 3000; tick++) {
            pass(Duration.ofMillis(100));
            intake.releaseStrays(inHand);
        }

        assertThat(of("high").polls() - before).as("looks in 300 seconds").isEqualTo(4);
    }

    @Test
    void a_topic_that_gave_its_stray_back_is_left_alone_since_nothing_is_on_its_way_from_there() {
        of("normal").deliver(1);
        HeldRecord inHand = intake.next(Duration.ZERO).orElseThrow();
        of("high").deliver(7, 8);

        for (int look = 0; look < 5; look++) {
            pass(Duration.ofMinutes(2));
            intake.releaseStrays(inHand);
        }

        assertThat(of("high").calls).containsExactly("poll", "poll", "RELEASE 7", "commit");
    }

    @Test
    void a_record_that_lay_in_the_buffer_is_taken_only_if_its_lock_still_holds() {
        take();
        pass(FRESH.plusMillis(1));
        TopicConsumer normal = of("normal");
        normal.deliver(1);
        normal.refuseCommits = true;

        assertThat(take()).isEmpty();
        assertThat(normal.calls).containsExactly("poll", "poll", "RENEW 1", "commit");
        assertThat(normal.closed).isTrue();
        TopicConsumer successor = made.get(3);
        assertThat(successor.topic).isEqualTo("normal");
        successor.deliver(1);
        assertThat(take()).contains("normal-0@1");
    }

    @Test
    void closing_closes_all() {
        intake.close();

        assertThat(made).allMatch(consumer -> consumer.closed);
    }

    private TopicConsumer of(String topic) {
        return made.stream().filter(c -> c.topic.equals(topic)).findFirst().orElseThrow();
    }

    private Optional<String> take() {
        return intake.next(Duration.ZERO).map(held -> held.delivery().place());
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static final class TopicConsumer extends MockShareConsumer<byte[], byte[]> {
        final List<String> calls = new ArrayList<>();
        private final Deque<Long> waiting = new ArrayDeque<>();
        final List<Long> patience = new ArrayList<>();
        String topic;
        boolean refuseCommits;
        boolean closed;

        void deliver(long... offsets) {
            for (long offset : offsets) {
                waiting.add(offset);
            }
        }

        long polls() {
            return calls.stream().filter("poll"::equals).count();
        }

        @Override
        public synchronized void subscribe(Collection<String> topics) {
            topic = topics.iterator().next();
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            calls.add("poll");
            patience.add(timeout.toMillis());
            List<ConsumerRecord<byte[], byte[]>> records = waiting.isEmpty()
                    ? List.of()
                    : List.of(new ConsumerRecord<>(topic, 0, waiting.pop(), null, new byte[0]));
            return new ConsumerRecords<>(Map.of(new TopicPartition(topic, 0), records), Map.of());
        }

        @Override
        public synchronized void acknowledge(ConsumerRecord<byte[], byte[]> record, AcknowledgeType type) {
            calls.add(type.name() + " " + record.offset());
        }

        @Override
        public synchronized Map<TopicIdPartition, Optional<KafkaException>> commitSync() {
            calls.add("commit");
            return Map.of(
                    new TopicIdPartition(Uuid.ZERO_UUID, 0, topic),
                    refuseCommits ? Optional.of(new InvalidRecordStateException("not yours")) : Optional.empty());
        }

        @Override
        public synchronized void close(Duration timeout) {
            closed = true;
        }
    }
}
