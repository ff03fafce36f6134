package io.atelier.gateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobEventListenerTest {
    private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    private final TopicPartition requests = new TopicPartition(topics.requests().get(1), 0);
    private final Database database = TestDatabases.h2();
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final Jobs jobs = new JdbcJobs(database.dataSource());
    private final JobEventListener listener = new JobEventListener(
            jobs,
            new ChangeReader(
                    topics, new MessageCodec(topics, URI.create("/test")), new RequestParser(RequestLimits.DEFAULT)),
            topics,
            (topic, readable) -> {});

    @AfterEach
    void closeStore() {
        database.close();
    }

    @Test
    void what_a_store_that_is_away_did_not_take_counts_as_lag() {
        ConsumerRecords<byte[], byte[]> records = polled(3);
        database.close();

        assertThatThrownBy(() -> listener.handle(consumer, records)).isInstanceOf(JobsException.class);

        assertThat(listener.lag()).isEqualTo(3);
    }

    @Test
    void what_the_store_took_does_not() {
        listener.handle(consumer, polled(3));

        assertThat(listener.lag()).isZero();
    }

    @Test
    void a_store_that_is_emptied_in_a_quiet_time_is_noticed() {
        listener.handle(consumer, polled(1));
        listener.handle(consumer, ConsumerRecords.empty());

        new JdbcJobs(database.dataSource()).clear();

        assertThatThrownBy(() -> listener.handle(consumer, ConsumerRecords.empty()))
                .isInstanceOf(JobsException.class)
                .hasMessageContaining("emptied");
    }

    /** Its own health check tells that; reading on is no matter of the store as long as there is nothing to read. */
    @Test
    void a_store_that_is_away_in_a_quiet_time_is_not_missed() {
        listener.handle(consumer, polled(1));
        database.close();

        listener.handle(consumer, ConsumerRecords.empty());
    }

    private ConsumerRecords<byte[], byte[]> polled(int count) {
        consumer.assign(List.of(requests));
        consumer.updateBeginningOffsets(Map.of(requests, 0L));
        consumer.updateEndOffsets(Map.of(requests, (long) count));
        for (int i = 0; i < count; i++) {
            consumer.addRecord(new ConsumerRecord<>(
                    requests.topic(), 0, i, ("job-" + i).getBytes(), "{\"input\":{\"prompt\":\"x\"}}".getBytes()));
        }
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ZERO);
        assertThat(records.count()).isEqualTo(count);
        return records;
    }
}
