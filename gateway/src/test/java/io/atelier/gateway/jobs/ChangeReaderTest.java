package io.atelier.gateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Priority;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import java.net.URI;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChangeReaderTest {
    private final Topics topics = new Topics("atelier.");
    private final ChangeReader reader = new ChangeReader(
            topics, new MessageCodec(topics, URI.create("/test")), new RequestParser(RequestLimits.DEFAULT));

    @ParameterizedTest
    @EnumSource(Priority.class)
    void a_request_put_on_a_topic_is_listed_with_the_priority_of_that_topic(Priority priority) {
        Change change = reader.read(new ConsumerRecord<>(
                        topics.requests(priority),
                        0,
                        0,
                        "order-1".getBytes(),
                        "{\"input\":{\"prompt\":\"x\"}}".getBytes()))
                .orElseThrow();

        assertThat(change.generation().priority()).isEqualTo(priority);
    }
}
