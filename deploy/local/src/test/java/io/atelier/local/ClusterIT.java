package io.atelier.local;

import static io.atelier.local.PictureCheck.assertIsRedCircleOnYellow;
import static io.atelier.local.TestCluster.MODEL;
import static io.atelier.local.TestCluster.TOPICS;
import static io.atelier.local.TestCluster.generation;
import static io.atelier.local.TestCluster.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.job.Priority;
import io.atelier.message.EventType;
import io.atelier.message.Json;
import io.atelier.storage.ImageLocation;
import io.atelier.storage.ImageStore;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole cluster as real processes: broker and object store, gateway, two workers. */
class ClusterIT {
    private static final String RED_ON_YELLOW = "a big red circle on a yellow background";
    private static final String SHORT = "\"num_inference_steps\":2,\"refiner\":{\"mode\":\"none\"}";
    /** Shorter than a long picture takes, so that locks must be renewed. */
    private static final String LOCK = "3s";

    @TempDir
    static Path data;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(data, 2, Map.of("ATELIER_CONSUME_LOCK", LOCK));
    }

    /** Whatever the tests made it write must be as the documents say. */
    @AfterAll
    static void stop() {
        if (cluster != null) {
            try (TestCluster ending = cluster) {
                assertThat(ending.events().typesOfOurs())
                        .contains(
                                "generation.requested.v1",
                                "generation.cancel.v1",
                                "generation.queued.v1",
                                "generation.started.v1",
                                "generation.progress.v1",
                                "generation.succeeded.v1",
                                "generation.failed.v1",
                                "generation.canceled.v1",
                                "generation.expired.v1",
                                "worker.heartbeat.v1",
                                "dlq");
                assertThat(ending.events().problems()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"ensemble", "none"})
    void a_prompt_by_http_becomes_a_picture_of_what_it_says(String refiner) throws Exception {
        String id = "by-http-" + refiner;
        HttpResponse<String> response = cluster.postJson(
                "{\"id\":\"" + id + "\",\"metadata\":{\"order\":\"A-17\"},\"input\":{\"prompt\":\"" + RED_ON_YELLOW
                        + "\",\"seed\":7,\"refiner\":{\"mode\":\"" + refiner + "\"}}}",
                "Prefer",
                "wait=60");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        Generation generation = generation(response);
        assertThat(generation.status()).isEqualTo(GenerationStatus.SUCCEEDED);
        assertThat(generation.metadata()).containsEntry("order", "A-17");
        assertThat(generation.input().refiner().mode()).isEqualTo(refiner);
        assertIsRedCircleOnYellow(cluster.picture(generation.output().get(0)));
        assertStored(generation);

        Generation told = cluster.events().awaitEnd(id);
        assertThat(told.output().get(0).sha256())
                .isEqualTo(generation.output().get(0).sha256());
        assertThat(cluster.events().of(id, EventType.STARTED)).hasSize(1);
        assertThat(cluster.events().awaitEvents(id, EventType.PROGRESS, 1))
                .extracting(e -> e.generation().progress().step())
                .contains(generation.input().numInferenceSteps());
        assertThat(cluster.bytes("/v1/generations/" + id + "/images/0"))
                .hasSize((int) told.output().get(0).bytes());
    }

    @Test
    void a_bare_record_of_another_program_becomes_a_picture_that_the_gateway_knows() {
        cluster.produce("by-kafka-bare", json("{\"input\":{\"prompt\":\"" + RED_ON_YELLOW + "\",\"seed\":7}}"));

        assertDrawnAndKnown("by-kafka-bare");
    }

    @Test
    void a_binary_cloud_event_becomes_a_picture_that_the_gateway_knows() {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                TOPICS.requests(Priority.HIGH),
                json("by-kafka-binary"),
                json("{\"input\":{\"prompt\":\"" + RED_ON_YELLOW + "\",\"seed\":7},\"priority\":\"high\"}"));
        Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", "evt-1",
                        "ce_source", "/shop",
                        "ce_type", "generation.requested.v1",
                        "ce_subject", "by-kafka-binary",
                        "content-type", "application/json")
                .forEach((name, value) -> record.headers().add(name, json(value)));
        cluster.produce(record);

        assertDrawnAndKnown("by-kafka-binary");
    }

    @Test
    void a_structured_cloud_event_becomes_a_picture_that_the_gateway_knows() {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                TOPICS.requests(Priority.LOW),
                json(
                        "{\"specversion\":\"1.0\",\"id\":\"evt-2\",\"source\":\"/shop\",\"type\":\"generation.requested.v1\","
                                + "\"subject\":\"by-kafka-structured\",\"data\":{\"priority\":\"low\",\"input\":{\"prompt\":\""
                                + RED_ON_YELLOW + "\",\"seed\":7}}}"));
        record.headers().add("content-type", json("application/cloudevents+json"));
        cluster.produce(record);

        assertDrawnAndKnown("by-kafka-structured");
    }

    @Test
    void the_same_seed_gives_the_same_file_and_image_i_is_what_seed_plus_i_gives() {
        Generation both = post("pair", "\"prompt\":\"a green star\",\"seed\":40,\"num_images\":2," + SHORT);
        Generation second = post("pair-second", "\"prompt\":\"a green star\",\"seed\":41," + SHORT);

        assertThat(both.output()).extracting(OutputImage::seed).containsExactly(40L, 41L);
        assertThat(both.output()).extracting(OutputImage::key).containsExactly("pair/0.png", "pair/1.png");
        assertThat(second.output().get(0).sha256())
                .isEqualTo(both.output().get(1).sha256());
        assertThat(both.output().get(0).sha256())
                .isNotEqualTo(both.output().get(1).sha256());
    }

    @Test
    void the_same_id_again_is_answered_with_the_first_picture_and_not_drawn_again() {
        String request = "{\"input\":{\"prompt\":\"a blue square\"," + SHORT + "}}";
        cluster.produce("twice", json(request));
        Generation first = cluster.events().awaitEnd("twice");

        cluster.produce("twice", json(request));

        Generation second = cluster.events()
                .awaitEvents("twice", EventType.SUCCEEDED, 2)
                .get(1)
                .generation();
        assertThat(second.output().get(0).sha256())
                .isEqualTo(first.output().get(0).sha256());
        assertThat(second.completedAt()).isEqualTo(first.completedAt());
        assertThat(cluster.events().of("twice", EventType.STARTED)).hasSize(1);
        assertThat(cluster.events().of("twice", EventType.SUCCEEDED))
                .extracting(EventLog.Event::id)
                .containsOnly("twice/1/succeeded");
    }

    @Test
    void a_picture_that_takes_longer_than_the_lock_is_drawn_once() {
        Generation generation =
                post("long", "\"prompt\":\"a red ring\",\"width\":256,\"height\":256,\"num_inference_steps\":150");

        assertThat(generation.timings().totalMs()).as("longer than " + LOCK).isGreaterThan(3000);
        assertThat(generation.attempt()).isEqualTo(1);
        assertThat(cluster.events().of("long", EventType.STARTED)).hasSize(1);
        assertThat(cluster.events().ends("long")).hasSize(1);
    }

    @Test
    void workers_share_what_waits_on_one_topic_and_the_urgent_goes_first() {
        List<String> waiting =
                IntStream.rangeClosed(1, 9).mapToObj(i -> "shared-" + i).collect(Collectors.toList());
        String request =
                "{\"input\":{\"prompt\":\"a blue square\",\"width\":256,\"height\":256,\"num_inference_steps\":40}}";
        waiting.forEach(id -> cluster.produce(id, json(request)));
        cluster.events().awaitEvents("shared-1", EventType.STARTED, 1);
        cluster.produce(new ProducerRecord<>(TOPICS.requests(Priority.HIGH), json("urgent"), json(request)));

        List<Generation> drawn =
                waiting.stream().map(cluster.events()::awaitEnd).collect(Collectors.toList());
        assertThat(drawn).extracting(Generation::worker).contains("worker-0", "worker-1");
        assertThat(drawn)
                .extracting(Generation::attempt)
                .as("nobody locks what waits while drawing")
                .containsOnly(1);
        assertThat(waiting)
                .allSatisfy(id -> assertThat(cluster.events().ends(id)).hasSize(1));
        assertThat(cluster.events().awaitEnd("urgent").attempt()).isEqualTo(1);
        Instant urgent = cluster.events().awaitEnd("urgent").startedAt();
        assertThat(drawn)
                .filteredOn(generation -> generation.startedAt().isAfter(urgent))
                .as("jobs that waited longer and started later")
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    400 | malformed_message |                           | {"input":
                    422 | invalid_request   | input.prompt              | {"input":{}}
                    422 | unknown_model     | model                     | {"model":"dall-e","input":{"prompt":"x"}}
                    422 | invalid_request   | input.width               | {"input":{"prompt":"x","width":100}}
                    422 | invalid_request   | input.num_inference_steps | {"input":{"prompt":"x","num_inference_steps":151}}
                    422 | invalid_request   | input.height              | {"input":{"prompt":"x","height":"tall"}}
                    """)
    void a_wrong_request_by_http_is_refused_with_the_field_named(int status, String code, String field, String body) {
        HttpResponse<String> response = cluster.postJson(body);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type"))
                .get()
                .asString()
                .startsWith("application/problem+json");
        JsonNode problem = tree(response);
        assertThat(problem.path("code").asText()).isEqualTo(code);
        if (field != null) {
            assertThat(problem.path("errors").path(0).path("field").asText()).isEqualTo(field);
        }
    }

    @Test
    void a_request_by_http_that_is_too_large_or_no_json_is_refused() {
        assertThat(cluster.postJson("{\"input\":{\"prompt\":\"" + "x".repeat(2_000_000) + "\"}}")
                        .statusCode())
                .isEqualTo(413);
        assertThat(cluster.post("text/plain", "a red circle").statusCode()).isEqualTo(415);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    bad-json    | malformed_message | {"input": bad
                    bad-size    | invalid_request   | {"input":{"prompt":"x","width":100}}
                    bad-steps   | invalid_request   | {"input":{"prompt":"x","num_inference_steps":151}}
                    bad-type    | invalid_request   | {"input":{"prompt":"x","height":"tall"}}
                    bad-missing | invalid_request   | {"input":{"width":128}}
                    bad-model   | unknown_model     | {"model":"dall-e","input":{"prompt":"x"}}
                    bad-bucket  | unknown_bucket    | {"output":{"bucket":"nowhere"},"input":{"prompt":"x"}}
                    bad-format  | invalid_request   | {"output":{"format":"gif"},"input":{"prompt":"x"}}
                    bad-image   | invalid_request   | {"input":{"prompt":"x","image":"not/there.png"}}
                    bad-sampler | unsupported       | {"input":{"prompt":"x","scheduler":"magic"}}
                    """)
    void a_wrong_record_fails_with_a_reason_and_is_set_aside_as_it_came(String id, String code, String value) {
        cluster.produce(id, json(value));

        Generation failed = cluster.events().awaitEnd(id);
        assertThat(failed.status()).isEqualTo(GenerationStatus.FAILED);
        assertThat(failed.error().code()).isEqualTo(ErrorCode.of(code));
        ConsumerRecord<byte[], byte[]> letter = cluster.events().awaitDeadLetter(value);
        assertThat(letter.value()).isEqualTo(json(value));
        assertThat(letter.key()).isEqualTo(json(id));
        assertThat(EventLog.header(letter, "dlq_reason_code")).isEqualTo(code);
        assertThat(EventLog.header(letter, "dlq_reason")).isNotBlank();
        assertThat(EventLog.header(letter, "dlq_topic")).isEqualTo(TOPICS.requests(Priority.NORMAL));
        assertThat(EventLog.header(letter, "dlq_offset")).matches("\\d+");
        awaitStatus(id, GenerationStatus.FAILED);
    }

    @Test
    void two_megabytes_of_prompt_and_records_without_id_do_not_stop_the_workers() {
        String large = "{\"id\":\"too-large\",\"input\":{\"prompt\":\"" + "x".repeat(2_000_000) + "\"}}";
        cluster.produce(null, json(large));
        cluster.produce(null, json("poison without any id"));
        cluster.produce(null, json("{\"input\":{\"prompt\":\"nameless\"}}"));

        assertThat(cluster.events().awaitEnd("too-large").error().code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE);
        assertThat(cluster.events().awaitDeadLetter("{\"id\":\"too-large\"").value())
                .isEqualTo(json(large));
        assertThat(EventLog.header(cluster.events().awaitDeadLetter("poison"), "dlq_reason_code"))
                .isEqualTo("malformed_message");
        assertThat(EventLog.header(
                        cluster.events().awaitDeadLetter("{\"input\":{\"prompt\":\"nameless\""), "dlq_reason"))
                .contains("key");
        assertThat(post("after-the-poison", "\"prompt\":\"a red circle\"," + SHORT)
                        .status())
                .isEqualTo(GenerationStatus.SUCCEEDED);
    }

    @Test
    void what_is_cancelled_or_comes_too_late_ends_so_for_all_who_ask() {
        cluster.postJson("{\"id\":\"cancelled\",\"input\":{\"prompt\":\"a red ring\",\"num_inference_steps\":150}}");
        assertThat(cluster.cancel("cancelled").statusCode()).isEqualTo(202);
        cluster.postJson("{\"id\":\"late\",\"deadline\":\"2026-01-01T00:00:00Z\",\"input\":{\"prompt\":\"x\"}}");

        assertThat(cluster.events().awaitEnd("cancelled").status()).isEqualTo(GenerationStatus.CANCELED);
        assertThat(cluster.events().awaitEnd("late").status()).isEqualTo(GenerationStatus.EXPIRED);
        awaitStatus("cancelled", GenerationStatus.CANCELED);
        awaitStatus("late", GenerationStatus.EXPIRED);
        assertThat(cluster.cancel("late").statusCode()).isEqualTo(409);
    }

    private static Generation post(String id, String input) {
        HttpResponse<String> response =
                cluster.postJson("{\"id\":\"" + id + "\",\"input\":{" + input + "}}", "Prefer", "wait=60");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return generation(response);
    }

    private static void assertDrawnAndKnown(String id) {
        Generation told = cluster.events().awaitEnd(id);
        assertThat(told.status()).as(String.valueOf(told.error())).isEqualTo(GenerationStatus.SUCCEEDED);
        assertThat(told.model()).isEqualTo(MODEL);
        assertIsRedCircleOnYellow(cluster.picture(told.output().get(0)));
        Generation known = awaitStatus(id, GenerationStatus.SUCCEEDED);
        assertThat(known.output().get(0).sha256())
                .isEqualTo(told.output().get(0).sha256());
        assertThat(known.urls().get()).endsWith("/v1/generations/" + id);
    }

    private static Generation awaitStatus(String id, GenerationStatus status) {
        return await(id + " to be " + status + " for the gateway")
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> cluster.get("/v1/generations/" + id),
                        r -> r.statusCode() == 200 && generation(r).status() == status)
                .body()
                .transform(body -> TestCluster.json(body, Generation.class));
    }

    private static void assertStored(Generation generation) throws Exception {
        OutputImage image = generation.output().get(0);
        try (ImageStore store = cluster.store()) {
            byte[] stored =
                    store.get(new ImageLocation(image.bucket(), image.key())).orElseThrow();
            assertThat(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(stored)))
                    .isEqualTo(image.sha256());
            assertThat(new String(stored, StandardCharsets.ISO_8859_1))
                    .as("parameters in the file")
                    .contains("parameters\0" + RED_ON_YELLOW + "\nSteps: "
                            + generation.input().numInferenceSteps() + ", Sampler: Euler");
            byte[] manifest = store.get(new ImageLocation(image.bucket(), generation.id() + "/manifest.json"))
                    .orElseThrow();
            Generation committed = Json.mapper().readValue(manifest, Generation.class);
            assertThat(committed.status()).isEqualTo(GenerationStatus.SUCCEEDED);
            assertThat(committed.output()).containsExactly(image.withUrl(null));
        }
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
