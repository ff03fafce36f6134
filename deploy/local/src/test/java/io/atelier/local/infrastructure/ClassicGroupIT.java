package io.atelier.local.infrastructure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.kafka.ClusterSetup;
import io.atelier.worker.share.ClassicGroup;
import io.atelier.worker.share.HeldRecord;
import io.atelier.worker.share.ShareGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A consumer group in the place of a share group. */
class ClassicGroupIT extends RequestGroupContract {
    /** No broker allows shorter sessions unless it is told to. */
    private static final Duration LOCK = Duration.ofSeconds(6);

    private static final int PARTITIONS = 12;
    private Admin admin;

    @BeforeEach
    void openAdmin() {
        admin = Admin.create(settings());
    }

    @AfterEach
    void closeAdmin() {
        admin.close();
    }

    @Override
    void prepare(ClusterSetup setup) {
        setup.createTopics(PARTITIONS);
    }

    @Override
    ShareGroup join(List<String> topics) {
        return new ClassicGroup(settings(), group(), topics, LOCK);
    }

    @Override
    Duration lock() {
        return LOCK;
    }

    @Override
    void settle() {
        Awaitility.await("members with their partitions")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptionsMatching(e -> e.getCause() instanceof GroupIdNotFoundException)
                .pollInSameThread()
                .until(() -> {
                    members.forEach(ShareGroup::stayMember);
                    return isSettled();
                });
    }

    private boolean isSettled() throws Exception {
        ConsumerGroupDescription group =
                admin.describeConsumerGroups(List.of(group())).all().get().get(group());
        List<Integer> shares = group.members().stream()
                .map(MemberDescription::assignment)
                .map(assignment -> assignment.topicPartitions().size())
                .toList();
        return group.groupState() == GroupState.STABLE
                && shares.size() == members.size()
                && !shares.contains(0)
                && shares.stream().mapToInt(Integer::intValue).sum()
                        == PARTITIONS * topics.requests().size();
    }

    @Test
    void a_record_in_hand_holds_up_its_partition_and_no_other() throws Exception {
        send(normal(), 0, "first");
        send(normal(), 0, "second");
        send(normal(), 1, "elsewhere");
        ShareGroup member = member();

        Map<String, HeldRecord> inHand = new HashMap<>();
        for (int i = 0; i < 2; i++) {
            HeldRecord held = await(member);
            inHand.put(value(held), held);
        }
        assertThat(inHand).containsOnlyKeys("first", "elsewhere");
        assertThat(member.take(topics.requests(), SHORT)).isEmpty();

        assertThat(inHand.get("first").acknowledge(AcknowledgeType.ACCEPT)).isTrue();
        assertThat(member.take(List.of(normal()), AT_ONCE))
                .map(held -> value(held))
                .contains("second");
        assertThat(inHand.get("elsewhere").renew()).isTrue();
    }

    @Test
    void the_attempt_is_noted_before_the_record_is_handed_out_and_forgotten_at_its_end() throws Exception {
        send(normal(), 0, "deadly");
        HeldRecord held = await(member());

        assertThat(committed(0)).isEqualTo(new OffsetAndMetadata(0, "attempt=1"));
        assertThat(held.acknowledge(AcknowledgeType.ACCEPT)).isTrue();
        assertThat(committed(0)).isEqualTo(new OffsetAndMetadata(1));
    }

    @Test
    void attempts_of_workers_that_died_count() throws Exception {
        send(normal(), 0, "deadly");
        admin.alterConsumerGroupOffsets(group(), Map.of(partition(0), new OffsetAndMetadata(0, "attempt=3")))
                .all()
                .get();

        assertThat(delivery(await(member()))).isEqualTo(4);
        assertThat(committed(0).metadata()).isEqualTo("attempt=4");
    }

    @Test
    void a_released_record_that_moves_to_another_member_keeps_its_attempts() throws Exception {
        send(normal(), 0, "unlucky");
        ShareGroup first = member();
        for (int attempt = 1; attempt <= 3; attempt++) {
            HeldRecord held = await(first);
            assertThat(delivery(held)).isEqualTo(attempt);
            assertThat(held.acknowledge(AcknowledgeType.RELEASE)).isTrue();
        }
        members.remove(first);
        first.close();

        assertThat(delivery(await(member()))).isEqualTo(4);
    }

    @Test
    void a_newcomer_takes_over_records_in_hand_and_the_attempts_at_them_do_not_count() throws Exception {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            send(normal(), partition, "job");
        }
        ShareGroup first = patientMember();
        List<HeldRecord> inHand = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            inHand.add(await(first));
        }

        ShareGroup newcomer = patientMember();
        settle();

        List<HeldRecord> moved = inHand.stream().filter(held -> !held.renew()).toList();
        assertThat(moved).as("records that moved").isNotEmpty().hasSizeLessThan(PARTITIONS);
        inHand.removeAll(moved);
        assertThat(inHand)
                .allSatisfy(held ->
                        assertThat(held.acknowledge(AcknowledgeType.ACCEPT)).isTrue());
        for (int i = 0; i < moved.size(); i++) {
            assertThat(delivery(await(newcomer))).isEqualTo(1);
        }
        assertThat(newcomer.take(topics.requests(), SHORT)).isEmpty();
    }

    /** Its records outlast a rebalance during which nobody renews them. */
    private ShareGroup patientMember() {
        ShareGroup member = new ClassicGroup(settings(), group(), topics.requests(), LOCK.multipliedBy(5));
        members.add(member);
        return member;
    }

    private void send(String topic, int partition, String value) throws Exception {
        producer.send(new ProducerRecord<>(topic, partition, null, value.getBytes(UTF_8)))
                .get();
    }

    private OffsetAndMetadata committed(int partition) throws Exception {
        OffsetAndMetadata committed = admin.listConsumerGroupOffsets(group())
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition(partition));
        return new OffsetAndMetadata(committed.offset(), committed.metadata());
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(normal(), number);
    }
}
