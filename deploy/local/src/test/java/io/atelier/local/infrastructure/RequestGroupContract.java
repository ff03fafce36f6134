package io.atelier.local.infrastructure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.Priority;
import io.atelier.kafka.ClusterSetup;
import io.atelier.message.Topics;
import io.atelier.worker.share.HeldRecord;
import io.atelier.worker.share.ShareGroup;
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
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What workers rely on, whichever kind of group shares the requests out, on a real broker. */
abstract class RequestGroupContract {
    static final Duration AT_ONCE = Duration.ZERO;
    static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    static Path data;

    private static TestBroker broker;

    final List<ShareGroup> members = new ArrayList<>();
    Topics topics;
    Producer<byte[], byte[]> producer;

    /** Topics, and whatever must be there before the first member joins. */
    abstract void prepare(ClusterSetup setup);

    abstract ShareGroup join(List<String> topics);

    /** How long a record stays with a member that gives no sign of life. */
    abstract Duration lock();

    /** Returns when it is clear to all members who may take what. */
    abstract void settle();

    @BeforeAll
    static void startBroker() throws Exception {
        broker = TestBroker.start(data);
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    /** Every test has topics and a group of its own. */
    @BeforeEach
    void makeTopicsAndGroup(TestInfo test) {
        topics = new Topics(test.getTestMethod().orElseThrow().getName());
        prepare(new ClusterSetup(settings(), topics, Duration.ofSeconds(30)));
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
        List<ShareGroup> five = IntStream.range(0, 5).mapToObj(i -> member()).toList();
        settle();
        Set<String> sent = new HashSet<>();
        for (String topic : topics.requests()) {
            sent.addAll(send(topic, 20));
        }
        Map<String, Integer> came = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(5);
        List<Future<Integer>> shares = new ArrayList<>();
        for (ShareGroup member : five) {
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
                came.merge(value(taken.get()), delivery(taken.get()), Integer::sum);
                attend(member, Duration.ofMillis(30));
                assertThat(taken.get().acknowledge(AcknowledgeType.ACCEPT)).isTrue();
            }
        }
        return own;
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
    void a_record_that_is_renewed_stays_in_hand_for_longer_than_its_lock_and_can_be_accepted() throws Exception {
        ShareGroup owner = member();
        ShareGroup other = member();
        settle();
        send(normal(), 1);
        HeldRecord held = awaitFromOneOf(owner, other);

        for (int i = 0; i < 4; i++) {
            attend(owner, lock().dividedBy(6));
            attend(other, lock().dividedBy(6));
            assertThat(held.renew()).isTrue();
            assertThat(owner.take(topics.requests(), AT_ONCE)).isEmpty();
            assertThat(other.take(topics.requests(), AT_ONCE)).isEmpty();
        }

        assertThat(held.acknowledge(AcknowledgeType.ACCEPT)).isTrue();
        assertThat(owner.take(topics.requests(), SHORT)).isEmpty();
        assertThat(other.take(topics.requests(), SHORT)).isEmpty();
    }

    private HeldRecord awaitFromOneOf(ShareGroup one, ShareGroup other) {
        Optional<HeldRecord> held = Optional.empty();
        long start = System.nanoTime();
        while (held.isEmpty() && System.nanoTime() - start < LONG.toNanos()) {
            held = one.take(topics.requests(), SHORT).or(() -> other.take(topics.requests(), SHORT));
        }
        return held.orElseThrow();
    }

    @Test
    void a_lock_that_was_not_renewed_is_lost_and_the_record_goes_to_another() throws Exception {
        send(normal(), 1);
        ShareGroup sleeper = member();
        HeldRecord lost = await(sleeper);

        ShareGroup heir = member();
        HeldRecord taken = await(heir);

        assertThat(delivery(taken)).isEqualTo(2);
        assertThat(lost.renew()).isFalse();
        assertThat(lost.acknowledge(AcknowledgeType.ACCEPT)).isFalse();
        assertThat(taken.acknowledge(AcknowledgeType.ACCEPT)).isTrue();
        members.remove(heir);
        heir.close();
        producer.send(new ProducerRecord<>(normal(), "next".getBytes(UTF_8))).get();
        assertThat(value(await(sleeper))).as("the sleeper works on").isEqualTo("next");
    }

    @Test
    void a_released_record_comes_back_and_a_rejected_one_does_not() throws Exception {
        send(normal(), 1);
        ShareGroup member = member();

        assertThat(await(member).acknowledge(AcknowledgeType.RELEASE)).isTrue();
        HeldRecord again = await(member);
        assertThat(delivery(again)).isEqualTo(2);
        assertThat(again.acknowledge(AcknowledgeType.REJECT)).isTrue();

        assertThat(member.take(topics.requests(), Duration.ofSeconds(1))).isEmpty();
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

        assertThat(delivery(await(heir))).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - left)).isLessThan(lock());
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
                shop.send(new ProducerRecord<>(normal(), 0, null, value.getBytes(UTF_8)));
                shop.commitTransaction();
            }
        }
        ShareGroup member = member();

        for (String value : List.of("first", "second")) {
            HeldRecord held = await(member);
            assertThat(value(held)).isEqualTo(value);
            assertThat(delivery(held)).isEqualTo(1);
            assertThat(held.acknowledge(AcknowledgeType.ACCEPT)).isTrue();
        }
        assertThat(member.take(List.of(normal()), AT_ONCE)).isEmpty();
    }

    @Test
    void a_topic_that_is_not_there_yet_is_waited_for_and_the_others_served() throws Exception {
        List<String> with = List.of("is-not-there", normal());
        ShareGroup member = join(with);
        members.add(member);
        send(normal(), 1);

        assertThat(await(member, with).record().topic()).isEqualTo(normal());
    }

    final ShareGroup member() {
        ShareGroup member = join(topics.requests());
        members.add(member);
        return member;
    }

    final HeldRecord await(ShareGroup member) {
        return await(member, topics.requests());
    }

    static HeldRecord await(ShareGroup member, List<String> topics) {
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
    static void attend(ShareGroup member, Duration time) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < time.toNanos()) {
            member.stayMember();
        }
    }

    /** With the value as the key, which spreads the records over all partitions there are. */
    final Set<String> send(String topic, int count) throws Exception {
        Set<String> values = new HashSet<>();
        List<Future<?>> sent = new ArrayList<>();
        for (int i : IntStream.range(0, count).toArray()) {
            byte[] value = (topic + i).getBytes(UTF_8);
            values.add(topic + i);
            sent.add(producer.send(new ProducerRecord<>(topic, value, value)));
        }
        for (Future<?> one : sent) {
            one.get();
        }
        return values;
    }

    static String value(HeldRecord held) {
        return new String(held.record().value(), UTF_8);
    }

    static int delivery(HeldRecord held) {
        return held.record().deliveryCount().orElseThrow();
    }

    final String normal() {
        return topics.requests(Priority.NORMAL);
    }

    final String group() {
        return topics.requests(Priority.NORMAL) + ".workers";
    }

    static Map<String, Object> settings() {
        return broker.settings();
    }
}
