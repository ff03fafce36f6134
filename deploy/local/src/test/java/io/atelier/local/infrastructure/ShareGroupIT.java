package io.atelier.local.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.job.Priority;
import io.atelier.kafka.ClusterSetup;
import io.atelier.worker.share.HeldRecord;
import io.atelier.worker.share.KafkaShareGroup;
import io.atelier.worker.share.ShareGroup;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;

/** The share group protocol, spoken by us. */
class ShareGroupIT extends RequestGroupContract {
    private static final Duration LOCK = Duration.ofSeconds(2);

    @Override
    void prepare(ClusterSetup setup) {
        setup.createTopics();
        setup.configureShareGroup(group(), LOCK, 10);
    }

    @Override
    ShareGroup join(List<String> topics) {
        return new KafkaShareGroup(settings(), group(), topics);
    }

    @Override
    Duration lock() {
        return LOCK;
    }

    /** Every member may take everything at any time. */
    @Override
    void settle() {}

    @Test
    void a_member_with_a_record_in_hand_locks_nothing_else_on_any_topic() throws Exception {
        ShareGroup busy = member();
        ShareGroup idle = member();
        // Idle first, and so asked for all topics: whatever that leaves behind must not lock what comes later.
        assertThat(busy.take(topics.requests(), SHORT)).isEmpty();
        send(normal(), 1);
        HeldRecord inHand = await(busy);

        for (int round = 0; round < 3; round++) {
            for (Priority priority : Priority.values()) {
                send(topics.requests(priority), 1);
            }
            for (int i = 0; i < Priority.values().length; i++) {
                HeldRecord other = await(idle);
                assertThat(delivery(other)).as("deliveries").isEqualTo(1);
                assertThat(other.acknowledge(AcknowledgeType.ACCEPT)).isTrue();
                assertThat(inHand.renew()).isTrue();
            }
        }
        assertThat(inHand.acknowledge(AcknowledgeType.ACCEPT)).isTrue();
    }

    @Test
    void one_request_over_all_topics_gives_one_record() throws Exception {
        ShareGroup first = member();
        assertThat(first.take(topics.requests(), SHORT)).isEmpty();
        for (Priority priority : Priority.values()) {
            send(topics.requests(priority), 2);
        }

        await(first);

        ShareGroup second = member();
        Set<String> places = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            HeldRecord held = await(second);
            assertThat(delivery(held)).isEqualTo(1);
            places.add(held.record().topic() + held.record().offset());
        }
        assertThat(places).hasSize(5);
    }

    @Test
    void a_group_of_another_kind_is_refused_with_its_reason() throws Exception {
        Map<String, Object> classic = new HashMap<>(settings());
        classic.put("group.id", "classic");
        try (var consumer = new KafkaConsumer<>(classic, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(normal()));
            while (consumer.assignment().isEmpty()) {
                consumer.poll(SHORT);
            }
            ShareGroup member = new KafkaShareGroup(settings(), "classic", topics.requests());
            members.add(member);

            assertThatThrownBy(() -> await(member)).hasMessageContaining("classic");
        }
    }
}
