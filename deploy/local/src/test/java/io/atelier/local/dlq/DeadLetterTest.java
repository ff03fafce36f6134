package io.atelier.local.dlq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.job.Priority;
import io.atelier.local.cluster.ClusterFailure;
import io.atelier.message.Topics;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
    private static final Topics TOPICS = new Topics("atelier.");
    private static final String LOW = TOPICS.requests(Priority.LOW);

    @Test
    void goes_back_byte_for_byte_without_what_the_worker_has_added() {
        byte[] broken = {'{', 0, (byte) 0xff};
        DeadLetter letter = Letters.letter(3, "order-17", broken, "ce_type", "x", "dlq_topic", LOW, "dlq_worker", "w");

        ProducerRecord<byte[], byte[]> replay = letter.replay(TOPICS);

        assertThat(replay.topic()).isEqualTo(LOW);
        assertThat(replay.partition()).isNull();
        assertThat(replay.timestamp())
                .as("the time of the replay, not of the first try")
                .isNull();
        assertThat(replay.key()).asString(UTF_8).isEqualTo("order-17");
        assertThat(replay.value()).isEqualTo(broken);
        assertThat(headers(replay))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("ce_type", "x", "atelier_replay", "1", "atelier_attempts", "0"));
    }

    @Test
    void counts_its_replays_and_all_attempts_before() {
        DeadLetter letter = Letters.letter(
                3,
                "order-17",
                new byte[0],
                "dlq_topic",
                LOW,
                "dlq_attempts",
                "5",
                "atelier_replay",
                "2",
                "atelier_attempts",
                "10");

        assertThat(letter.replays()).isEqualTo(2);
        assertThat(headers(letter.replay(TOPICS)))
                .containsEntry("atelier_replay", "3")
                .containsEntry("atelier_attempts", "15");
    }

    @Test
    void numbers_that_are_none_count_as_nothing() {
        DeadLetter letter = Letters.letter(
                3, "order-17", new byte[0], "dlq_topic", LOW, "dlq_attempts", "many", "atelier_replay", "-1");

        assertThat(headers(letter.replay(TOPICS)))
                .containsEntry("atelier_replay", "1")
                .containsEntry("atelier_attempts", "0");
    }

    @Test
    void goes_nowhere_but_to_a_request_topic() {
        DeadLetter forged = Letters.letter(3, "order-17", new byte[0], "dlq_topic", TOPICS.events());
        DeadLetter foreign = Letters.letter(4, "order-17", new byte[0]);

        assertThatThrownBy(() -> forged.replay(TOPICS))
                .isInstanceOf(ClusterFailure.class)
                .hasMessageContaining("letter 3")
                .hasMessageContaining(TOPICS.events());
        assertThatThrownBy(() -> foreign.replay(TOPICS)).hasMessageContaining("nowhere");
    }

    @Test
    void has_the_id_that_the_worker_has_read() {
        assertThat(Letters.letter(1, "key-1", "{\"id\":\"body-1\"}".getBytes(UTF_8))
                        .id())
                .contains("body-1");
        assertThat(Letters.letter(1, "key-1", "no json".getBytes(UTF_8)).id()).contains("key-1");
        assertThat(Letters.letter(1, null, "no json".getBytes(UTF_8)).id()).isEmpty();
    }

    private static Map<String, String> headers(ProducerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new TreeMap<>();
        for (Header header : record.headers()) {
            assertThat(headers.put(header.key(), new String(header.value(), UTF_8)))
                    .as("a second " + header.key())
                    .isNull();
        }
        return headers;
    }
}
