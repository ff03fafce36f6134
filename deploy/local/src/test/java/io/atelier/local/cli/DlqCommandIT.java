package io.atelier.local.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Priority;
import io.atelier.kafka.ClusterSetup;
import io.atelier.local.infrastructure.TestBroker;
import io.atelier.message.Json;
import io.atelier.message.MessageCodec;
import io.atelier.message.Topics;
import io.atelier.worker.event.KafkaEventPublisher;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Dead letters as a worker writes them, on a real broker. Every test has topics of its own. */
class DlqCommandIT {
    private static final String STAR = "{\"input\":{\"prompt\":\"a star\"}}";

    @TempDir
    static Path data;

    private static TestBroker broker;

    private Topics topics;
    private Producer<byte[], byte[]> producer;
    private KafkaEventPublisher worker;

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

    @BeforeEach
    void makeTopics(TestInfo test) {
        topics = new Topics(test.getTestMethod().orElseThrow().getName() + ".");
        new ClusterSetup(broker.settings(), topics, Duration.ofSeconds(30)).createTopics();
        producer = new KafkaProducer<>(broker.settings(), new ByteArraySerializer(), new ByteArraySerializer());
        worker = new KafkaEventPublisher(
                producer,
                new MessageCodec(topics, URI.create("/test")),
                topics,
                "worker-1",
                Duration.ofSeconds(30),
                Clock.systemUTC());
    }

    @AfterEach
    void closeProducer() {
        producer.close();
    }

    @Test
    void list_shows_what_failed_where_and_why() throws Exception {
        fail(submit(Priority.NORMAL, "order-1", STAR), 5, ErrorCode.ATTEMPTS_EXHAUSTED, "Failed 5 times");
        fail(submit(Priority.LOW, null, "no json"), 1, ErrorCode.MALFORMED_MESSAGE, "Not JSON\u001b[2J");

        Ending ending = dlq("list");

        assertThat(ending.exitCode).as(ending.err).isZero();
        List<String> lines = ending.out.lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(1).split(" {2,}"))
                .startsWith("0")
                .contains("order-1", "attempts_exhausted", "5", topics.requests(Priority.NORMAL), "Failed 5 times");
        assertThat(lines.get(2).split(" {2,}"))
                .startsWith("1")
                .contains("-", "malformed_message", "1", topics.requests(Priority.LOW), "Not JSON\\u001b[2J");
    }

    @Test
    void list_is_filtered_and_written_as_json() throws Exception {
        fail(submit(Priority.NORMAL, "order-1", STAR), 5, ErrorCode.ATTEMPTS_EXHAUSTED, "Failed");
        fail(submit(Priority.HIGH, "order-2", "{}"), 1, ErrorCode.INVALID_REQUEST, "input.prompt is missing");

        JsonNode only = Json.mapper().readTree(dlq("list", "--json", "--reason", "invalid_request").out);
        assertThat(only.path("offset").longValue()).isEqualTo(1);
        assertThat(only.path("id").textValue()).isEqualTo("order-2");
        assertThat(only.path("reason_code").textValue()).isEqualTo("invalid_request");
        assertThat(only.path("reason").textValue()).isEqualTo("input.prompt is missing");
        assertThat(only.path("topic").textValue()).isEqualTo(topics.requests(Priority.HIGH));
        assertThat(only.path("attempts").intValue()).isEqualTo(1);
        assertThat(only.path("replays").intValue()).isZero();
        assertThat(only.path("later").isNull()).isTrue();

        assertThat(dlq("list", "--json", "--id", "order-1").out.lines()).hasSize(1);
        assertThat(dlq("list", "--json", "--since", "1h").out.lines()).hasSize(2);
        Ending none = dlq("list", "--since", "2999-01-01T00:00:00Z");
        assertThat(none.out).isEmpty();
        assertThat(none.err).contains("No dead letters that match");
    }

    @Test
    void show_prints_key_headers_and_value() throws Exception {
        fail(submit(Priority.NORMAL, "order-1", STAR), 5, ErrorCode.ATTEMPTS_EXHAUSTED, "Failed");

        assertThat(dlq("show", "0").out)
                .contains("key: order-1\n")
                .contains("header shop: Berlin\n")
                .contains("header dlq_reason_code: attempts_exhausted\n")
                .contains("header dlq_worker: worker-1\n")
                .endsWith(STAR + "\n");
        assertThat(dlq("show", "7").err).contains("There is no dead letter 7");
    }

    @Test
    void replay_puts_the_request_back_as_it_was_and_leaves_the_letter() throws Exception {
        ConsumerRecord<byte[], byte[]> request = submit(Priority.LOW, "order-1", STAR);
        fail(request, 5, ErrorCode.ATTEMPTS_EXHAUSTED, "Failed");

        Ending ending = dlq("replay", "--id", "order-1");

        assertThat(ending.exitCode).as(ending.err).isZero();
        assertThat(ending.out).contains("order-1").contains("Put back 1 request(s)");
        List<ConsumerRecord<byte[], byte[]>> requests = read(topics.requests(Priority.LOW));
        assertThat(requests).hasSize(2);
        ConsumerRecord<byte[], byte[]> replayed = requests.get(1);
        assertThat(replayed.key()).isEqualTo(request.key());
        assertThat(replayed.value()).isEqualTo(request.value());
        assertThat(names(replayed.headers())).containsExactlyInAnyOrder("shop", "atelier_replay", "atelier_attempts");
        assertThat(header(replayed, "shop")).isEqualTo("Berlin");
        assertThat(header(replayed, "atelier_attempts")).isEqualTo("5");
        assertThat(read(topics.dlq())).hasSize(1);
    }

    @Test
    void a_request_that_fails_again_is_seen_as_such_and_put_back_once() throws Exception {
        fail(submit(Priority.NORMAL, "order-1", STAR), 5, ErrorCode.ATTEMPTS_EXHAUSTED, "Failed");
        dlq("replay", "0");
        fail(last(Priority.NORMAL), 3, ErrorCode.ATTEMPTS_EXHAUSTED, "Failed again");

        List<String> lines = dlq("list", "--json").out.lines().toList();
        assertThat(Json.mapper().readTree(lines.get(0)).path("later").textValue())
                .isEqualTo("1");
        assertThat(Json.mapper().readTree(lines.get(1)).path("replays").intValue())
                .isEqualTo(1);

        assertThat(dlq("replay", "--all").out).contains("second time").contains("Put back 1 request(s)");

        assertThat(read(topics.requests(Priority.NORMAL))).hasSize(3);
        assertThat(header(last(Priority.NORMAL), "atelier_replay")).isEqualTo("2");
        assertThat(header(last(Priority.NORMAL), "atelier_attempts")).isEqualTo("8");
    }

    @Test
    void a_dry_run_tells_and_does_nothing() throws Exception {
        fail(submit(Priority.NORMAL, "order-1", STAR), 5, ErrorCode.ATTEMPTS_EXHAUSTED, "Failed");

        assertThat(dlq("replay", "--all", "--dry-run").out).contains("order-1").contains("Would put back 1 request(s)");

        assertThat(read(topics.requests(Priority.NORMAL))).hasSize(1);
    }

    @Test
    void replay_does_all_or_nothing_when_one_is_no_request_of_ours() throws Exception {
        ConsumerRecord<byte[], byte[]> request = submit(Priority.NORMAL, "order-1", STAR);
        fail(request, 5, ErrorCode.ATTEMPTS_EXHAUSTED, "Failed");
        producer.send(new ProducerRecord<>(topics.dlq(), "stranger".getBytes(UTF_8), STAR.getBytes(UTF_8)))
                .get();

        Ending ending = dlq("replay", "--all");

        assertThat(ending.exitCode).isEqualTo(1);
        assertThat(ending.err).contains("dead letter 1 did not come from a request topic");
        assertThat(read(topics.requests(Priority.NORMAL))).hasSize(1);
    }

    @Test
    void replay_wants_to_know_exactly_which() throws Exception {
        fail(submit(Priority.NORMAL, "order-1", STAR), 5, ErrorCode.ATTEMPTS_EXHAUSTED, "Failed");

        assertThat(dlq("replay").exitCode).isEqualTo(2);
        assertThat(dlq("replay", "0", "--all").exitCode).isEqualTo(2);
        assertThat(dlq("replay", "0", "7").err).contains("There is no dead letter 7");
        assertThat(dlq("replay", "--id", "order-2").err).contains("No dead letter matches");
        assertThat(read(topics.requests(Priority.NORMAL))).hasSize(1);
    }

    @Test
    void a_cluster_that_is_not_there_is_named() {
        assertThat(execute("dlq", "list", "--data", data.resolve("nothing").toString()).err)
                .contains("No local cluster is up")
                .contains("--bootstrap-servers");
        Ending wrongPrefix =
                execute("dlq", "list", "--bootstrap-servers", broker.bootstrapServers(), "--prefix", "other.");
        assertThat(wrongPrefix.exitCode).isEqualTo(1);
        assertThat(wrongPrefix.err).contains("other.generation.dlq").contains("--prefix");
    }

    /** @return the request as a worker gets it */
    private ConsumerRecord<byte[], byte[]> submit(Priority priority, String key, String value) throws Exception {
        ProducerRecord<byte[], byte[]> request = new ProducerRecord<>(
                topics.requests(priority), key == null ? null : key.getBytes(UTF_8), value.getBytes(UTF_8));
        request.headers().add("shop", "Berlin".getBytes(UTF_8));
        producer.send(request).get();
        return last(priority);
    }

    private void fail(ConsumerRecord<byte[], byte[]> request, int attempts, ErrorCode code, String message) {
        worker.publishDeadLetter(request, attempts, new GenerationException(code, message));
    }

    private ConsumerRecord<byte[], byte[]> last(Priority priority) {
        List<ConsumerRecord<byte[], byte[]>> requests = read(topics.requests(priority));
        return requests.get(requests.size() - 1);
    }

    private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(broker.settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private static List<String> names(Headers headers) {
        List<String> names = new ArrayList<>();
        headers.forEach(header -> names.add(header.key()));
        return names;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return new String(header.value(), UTF_8);
    }

    private Ending dlq(String... arguments) {
        List<String> all = new ArrayList<>(List.of("dlq"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", broker.bootstrapServers(), "--prefix", topics.prefix()));
        return execute(all.toArray(String[]::new));
    }

    private static Ending execute(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command =
                AtelierCommand.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new Ending(command.execute(arguments), out.toString(), err.toString());
    }

    private record Ending(int exitCode, String out, String err) {}
}
