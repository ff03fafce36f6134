package io.atelier.local.infrastructure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.job.Priority;
import io.atelier.kafka.ClusterSetup;
import io.atelier.message.Topics;
import io.atelier.worker.share.HeldRecord;
import io.atelier.worker.share.KafkaShareGroup;
import io.atelier.worker.share.ShareGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The share group protocol, spoken by us, against a real broker. Every test has topics and a group of its own. */
class ShareGroupIT {
    private static final Duration LOCK = Duration.ofSeconds(2);
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    static Path data;

    private static String bootstrap;
    private static EmbeddedBroker broker;

    private final List<ShareGroup> members = new ArrayList<>();
    private Topics topics;
    private Producer<byte[], byte[]> producer;

    @BeforeAll
    static void startBroker() throws Exception {
        int port = freePort();
        bootstrap = "127.0.0.1:" + port;
        broker = EmbeddedBroker.start(data, port, freePort());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    @BeforeEach
    void makeTopicsAndGroup(TestInfo test) {
        topics = new Topics(test.getTestMethod().orElseThrow().getName());
        ClusterSetup setup = new ClusterSetup(settings(), topics, Duration.ofSeconds(30));
        setup.createTopics();
        setup.configureShareGroup(group(), LOCK, 10);
        Map<String, Object> producing = new HashMap<>(settings());
        producing.put("compression.type", "gzip");
        // Several records in a batch, of which a member may lock one only.
        producing.put("linger.ms", 20);
        producer = new KafkaProducer<>(producing, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void leave() {
        members.forEach(ShareGroup::close);
        producer.close();
    }

    @Test
    void a_record_comes_as_it_was_sent_with_the_number_of_its_delivery() throws Exception {
        ProducerRecord<byte[], byte[]> sent =
                new ProducerRecord<>(normal(), 0, 1234L, "key".getBytes(UTF_8), "value".getBytes(UTF_8));
        sent.headers().add("ce_id", "7".getBytes(UTF_8));
        producer.send(sent).get();

        ConsumerRecord<byte[], byte[]> came = await(member()).record();

        assertThat(came.topic()).isEqualTo(normal());
        assertThat(came.offset()).isZero();
        assertThat(came.timestamp()).isEqualTo(1234);
        assertThat(came.key()).asString(UTF_8).isEqualTo("key");
        assertThat(came.value()).asString(UTF_8).isEqualTo("value");
        assertThat(came.headers().lastHeader("ce_id").value()).asString(UTF_8).isEqualTo("7");
        assertThat(came.deliveryCount()).contains((short) 1);
    }

    @Test
    void each_record_goes_to_one_member_and_once_however_many_wait() throws Exception {
        Set<String> sent = send(normal(), 60);
        Map<String, Integer> came = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(5);
        List<Future<Integer>> shares = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ShareGroup member = member();
            Callable<Integer> work = () -> work(member, came, sent.size());
            shares.add(threads.submit(work));
        }
        for (Future<Integer> share : shares) {
            assertThat(share.get()).as("records of one of five members").isPositive();
        }
        threads.shutdown();

        assertThat(came.keySet()).isEqualTo(sent);
        assertThat(came.values()).as("deliveries").containsOnly(1);
    }

    /** Holds each record for a while, as a worker does. */
    private int work(ShareGroup member, Map<String, Integer> came, int all) {
        int own = 0;
        while (came.size() < all) {
            Optional<HeldRecord> taken = member.take(topics.requests(), SHORT);
            if (taken.isPresent()) {
                own++;
                came.merge(
                        value(taken.get()),
                        (int) taken.get().record().deliveryCount().orElseThrow(),
                        Integer::sum);
                attend(member, Duration.ofMillis(30));
                assertThat(taken.get().acknowledge(AcknowledgeType.ACCEPT)).isTrue();
            }
        }
        return own;
    }

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
                assertThat(other.record().deliveryCount()).as("deliveries").contains((short) 1);
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
            assertThat(held.record().deliveryCount()).contains((short) 1);
            places.add(held.record().topic() + held.record().offset());
        }
        assertThat(places).hasSize(5);
    }

    @Test
    void only_the_topic_that_is_asked_for_is_asked() throws Exception {
        ShareGroup member = member();
        assertThat(member.take(topics.requests(), SHORT)).isEmpty();
        send(topics.requests(Priority.LOW), 1);
        send(normal(), 1);

        assertThat(member.take(List.of(topics.requests(Priority.HIGH)), SHORT)).isEmpty();
        assertThat(await(member, List.of(normal())).record().topic()).isEqualTo(normal());
        assertThat(await(member, List.of(topics.requests(Priority.LOW)))
                        .record()
                        .topic())
                .isEqualTo(topics.requests(Priority.LOW));
    }

    @Test
    void what_waits_is_found_by_asking_once() throws Exception {
        ShareGroup member = member();
        send(normal(), 1);
        await(member).acknowledge(AcknowledgeType.ACCEPT);
        send(normal(), 20);

        for (int i = 0; i < 20; i++) {
            HeldRecord held = member.take(List.of(normal()), AT_ONCE).orElseThrow();
            held.acknowledge(AcknowledgeType.ACCEPT);
        }
        assertThat(member.take(List.of(normal()), AT_ONCE)).isEmpty();
    }

    @Test
    void a_renewed_lock_holds_for_longer_than_its_time_and_can_be_accepted() throws Exception {
        send(normal(), 2);
        ShareGroup owner = member();
        ShareGroup other = member();
        HeldRecord held = await(owner);
        assertThat(await(other).acknowledge(AcknowledgeType.ACCEPT)).isTrue();

        for (int i = 0; i < 6; i++) {
            attend(owner, LOCK.dividedBy(3));
            assertThat(held.renew()).isTrue();
            assertThat(other.take(topics.requests(), AT_ONCE)).isEmpty();
        }

        assertThat(held.acknowledge(AcknowledgeType.ACCEPT)).isTrue();
        assertThat(other.take(topics.requests(), LOCK.multipliedBy(2))).isEmpty();
    }

    @Test
    void a_lock_that_was_not_renewed_is_lost_and_the_record_goes_to_another() throws Exception {
        send(normal(), 1);
        ShareGroup sleeper = member();
        HeldRecord lost = await(sleeper);

        HeldRecord taken = await(member());

        assertThat(taken.record().deliveryCount()).contains((short) 2);
        assertThat(lost.renew()).isFalse();
        assertThat(lost.acknowledge(AcknowledgeType.ACCEPT)).isFalse();
        assertThat(taken.acknowledge(AcknowledgeType.ACCEPT)).isTrue();
        send(normal(), 1);
        assertThat(await(sleeper).record().offset()).as("the sleeper works on").isEqualTo(1);
    }

    @Test
    void a_released_record_comes_back_and_a_rejected_one_does_not() throws Exception {
        send(normal(), 1);
        ShareGroup member = member();

        assertThat(await(member).acknowledge(AcknowledgeType.RELEASE)).isTrue();
        HeldRecord again = await(member);
        assertThat(again.record().deliveryCount()).contains((short) 2);
        assertThat(again.acknowledge(AcknowledgeType.REJECT)).isTrue();

        assertThat(member.take(topics.requests(), LOCK.multipliedBy(2))).isEmpty();
    }

    @Test
    void leaving_hands_the_record_to_another_at_once() throws Exception {
        send(normal(), 1);
        ShareGroup leaver = member();
        ShareGroup heir = member();
        await(leaver);
        assertThat(heir.take(topics.requests(), AT_ONCE)).isEmpty();

        members.remove(leaver);
        leaver.close();
        long left = System.nanoTime();

        assertThat(await(heir).record().deliveryCount()).contains((short) 2);
        assertThat(Duration.ofNanos(System.nanoTime() - left)).isLessThan(LOCK);
    }

    @Test
    void marks_of_transactions_are_passed_over() throws Exception {
        Map<String, Object> transactional = new HashMap<>(settings());
        transactional.put("transactional.id", "shop");
        try (Producer<byte[], byte[]> shop =
                new KafkaProducer<>(transactional, new ByteArraySerializer(), new ByteArraySerializer())) {
            shop.initTransactions();
            for (String value : List.of("first", "second")) {
                shop.beginTransaction();
                shop.send(new ProducerRecord<>(normal(), value.getBytes(UTF_8)));
                shop.commitTransaction();
            }
        }
        ShareGroup member = member();

        for (String value : List.of("first", "second")) {
            HeldRecord held = await(member);
            assertThat(value(held)).isEqualTo(value);
            assertThat(held.acknowledge(AcknowledgeType.ACCEPT)).isTrue();
        }
    }

    @Test
    void a_topic_that_is_not_there_yet_is_waited_for_and_the_others_served() throws Exception {
        List<String> with = List.of("is-not-there", normal());
        ShareGroup member = new KafkaShareGroup(settings(), group(), with);
        members.add(member);
        send(normal(), 1);

        assertThat(await(member, with).record().topic()).isEqualTo(normal());
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

    private ShareGroup member() {
        ShareGroup member = new KafkaShareGroup(settings(), group(), topics.requests());
        members.add(member);
        return member;
    }

    private HeldRecord await(ShareGroup member) {
        return await(member, topics.requests());
    }

    private static HeldRecord await(ShareGroup member, List<String> topics) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < LONG.toNanos()) {
            Optional<HeldRecord> taken = member.take(topics, SHORT);
            if (taken.isPresent()) {
                return taken.get();
            }
        }
        throw new AssertionError("No record came within " + LONG);
    }

    /** What a worker's loop does while a job is drawn. */
    private static void attend(ShareGroup member, Duration time) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < time.toNanos()) {
            member.stayMember();
        }
    }

    private Set<String> send(String topic, int count) throws Exception {
        Set<String> values = new HashSet<>();
        List<Future<?>> sent = new ArrayList<>();
        for (int i : IntStream.range(0, count).toArray()) {
            values.add(topic + i);
            sent.add(producer.send(new ProducerRecord<>(topic, (topic + i).getBytes(UTF_8))));
        }
        for (Future<?> one : sent) {
            one.get();
        }
        return values;
    }

    private static String value(HeldRecord held) {
        return new String(held.record().value(), UTF_8);
    }

    private String normal() {
        return topics.requests(Priority.NORMAL);
    }

    private String group() {
        return topics.requests(Priority.NORMAL) + ".workers";
    }

    private static Map<String, Object> settings() {
        return Map.of("bootstrap.servers", bootstrap, "client.id", "test");
    }
}
