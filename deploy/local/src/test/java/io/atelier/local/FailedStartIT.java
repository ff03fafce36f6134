package io.atelier.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.local.StartedProgram.Ending;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot work says so in a sentence when it starts, and ends. */
class FailedStartIT {
    private static final Path MODEL = TestCluster.home().resolve("deploy/models/tiny-sdxl");

    @TempDir
    static Path data;

    @TempDir
    Path folder;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(data, 0, Map.of());
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void a_worker_without_a_broker_names_the_address() throws Exception {
        String nowhere = "127.0.0.1:" + unusedPort();

        assertFails(
                worker(Map.of("ATELIER_KAFKA_BOOTSTRAP_SERVERS", nowhere, "ATELIER_KAFKA_START_TIMEOUT", "3s")),
                nowhere);
    }

    @Test
    void a_gateway_without_a_broker_names_the_address() throws Exception {
        String nowhere = "127.0.0.1:" + unusedPort();
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("ATELIER_KAFKA_BOOTSTRAP_SERVERS", nowhere);
        environment.put("ATELIER_KAFKA_START_TIMEOUT", "3s");
        environment.put("ATELIER_STORE_PATH", folder.resolve("jobs").toString());

        assertFails(StartedProgram.application(folder, "gateway", environment), nowhere);
    }

    @Test
    void a_worker_without_a_store_names_the_address() throws Exception {
        String nowhere = "http://127.0.0.1:" + unusedPort();

        assertFails(worker(Map.of("ATELIER_STORAGE_ENDPOINT", nowhere)), nowhere);
    }

    @Test
    void a_worker_without_its_bucket_names_the_bucket() throws Exception {
        assertFails(
                worker(Map.of("ATELIER_STORAGE_BUCKET", "no-such-bucket", "ATELIER_STORAGE_CREATE_BUCKETS", "false")),
                "no-such-bucket");
    }

    @Test
    void a_worker_with_a_wrong_secret_says_that_storage_refused() throws Exception {
        Ending ending = worker(Map.of("ATELIER_STORAGE_SECRET_KEY", "not-the-secret"));

        assertFails(ending, cluster.info().s3().endpoint());
        assertThat(ending.output()).doesNotContain("not-the-secret");
    }

    @Test
    void a_worker_without_a_model_names_the_key() throws Exception {
        Map<String, String> environment = new HashMap<>(environment());
        environment.remove("ATELIER_MODEL_BASE");

        assertFails(StartedProgram.application(folder, "worker", environment), "atelier.model.base");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unet/model.onnx",
                "text_encoder_2/model.onnx",
                "vae_decoder/config.json",
                "tokenizer/merges.txt",
                "scheduler/scheduler_config.json",
                "model_index.json"
            })
    void a_worker_whose_model_lacks_a_file_names_the_file(String missing) throws Exception {
        Path model = copyOfBase();
        Files.delete(model.resolve(missing));

        assertFails(
                worker(Map.of("ATELIER_MODEL_BASE", model.toString())),
                model.resolve(missing).toString());
    }

    @Test
    void a_worker_whose_model_is_broken_names_the_file() throws Exception {
        Path model = copyOfBase();
        Files.writeString(model.resolve("unet/model.onnx"), "this is no graph");

        assertFails(
                worker(Map.of("ATELIER_MODEL_BASE", model.toString())),
                model.resolve("unet/model.onnx").toString());
    }

    @Test
    void a_worker_whose_provider_is_not_there_names_the_provider() throws Exception {
        assertFails(worker(Map.of("ATELIER_EXECUTION_PROVIDER", "cuda")), "CUDA");
        assertFails(worker(Map.of("ATELIER_EXECUTION_PROVIDER", "abacus")), "abacus");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ATELIER_CONSUME_LOCK=soon", "ATELIER_CONSUME_MAX_ATTEMPTS=many"})
    void a_worker_with_a_senseless_setting_names_it(String setting) throws Exception {
        String[] keyAndValue = setting.split("=");

        assertFails(worker(Map.of(keyAndValue[0], keyAndValue[1])), keyAndValue[1]);
    }

    private Ending worker(Map<String, String> changed) throws Exception {
        Map<String, String> environment = new HashMap<>(environment());
        environment.putAll(changed);
        return StartedProgram.application(folder, "worker", environment);
    }

    private static Map<String, String> environment() {
        return Map.of(
                "ATELIER_KAFKA_BOOTSTRAP_SERVERS", cluster.info().kafka(),
                "ATELIER_STORAGE_ENDPOINT", cluster.info().s3().endpoint(),
                "ATELIER_STORAGE_ACCESS_KEY", cluster.info().s3().accessKey(),
                "ATELIER_STORAGE_SECRET_KEY", cluster.info().s3().secretKey(),
                "ATELIER_MODEL_BASE", MODEL.resolve("base").toString(),
                "QUARKUS_HTTP_HOST", "127.0.0.1",
                "QUARKUS_HTTP_PORT", "0");
    }

    private static void assertFails(Ending ending, String named) {
        assertThat(ending.exitCode()).as(ending.output()).isNotZero();
        assertThat(ending.output()).contains(named);
        assertThat(ending.output()).as("a sentence, no wall of stack traces").doesNotContain("\tat ");
        assertThat(ending.output().lines().filter(line -> line.contains("cannot start: ")))
                .hasSize(1);
    }

    private Path copyOfBase() throws IOException {
        Path from = MODEL.resolve("base");
        Path to = folder.resolve("model");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
