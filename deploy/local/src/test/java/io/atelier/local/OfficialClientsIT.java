package io.atelier.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official JavaScript clients of OpenAI and Replicate, unmodified, against a running cluster: only their base URL and key
 * are set. Skipped where Node or the packages cannot be had.
 */
class OfficialClientsIT {
    private static final String KEY = "any-key";

    @TempDir
    private static Path temp;

    private static Path scripts;
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(run(temp, "node", "--version").succeeded(), "Skipped: there is no Node.js");
        scripts = Files.createDirectories(temp.resolve("node"));
        for (String file : List.of("package.json", "openai.mjs", "replicate.mjs")) {
            Files.copy(TestCluster.home().resolve("deploy/local/src/test/node").resolve(file), scripts.resolve(file));
        }
        Finished install = run(scripts, "npm", "install", "--no-audit", "--no-fund", "--loglevel", "error");
        assumeTrue(install.succeeded(), "Skipped: npm cannot install the clients: " + install.output);
        cluster = TestCluster.start(temp.resolve("data"), 1, Map.of());
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** Whatever the clients send and are answered must be as the gateway's own description says. */
    private static JsonNode got(String script) throws Exception {
        String secret = Files.readString(temp.resolve("data/webhook-secret")).trim();
        try (RecordingProxy proxy = new RecordingProxy(URI.create(cluster.info().gateway()))) {
            Finished finished = run(scripts, "node", script, proxy.url(), KEY, secret);
            assertThat(finished.succeeded()).as(finished.output).isTrue();
            assertThat(proxy.seen())
                    .isNotEmpty()
                    .allSatisfy(exchange -> assertThat(cluster.openApi().problems(exchange))
                            .as(exchange.toString())
                            .isEmpty());
            return TestCluster.json(finished.output, JsonNode.class);
        }
    }

    @Test
    void openai() throws Exception {
        JsonNode got = got("openai.mjs");

        assertIsRedCircleOnYellow(got.path("bytes"));
        assertThat(got.path("created").longValue())
                .isCloseTo(System.currentTimeMillis() / 1000, org.assertj.core.api.Assertions.within(60L));
        assertThat(got.path("urls")).hasSize(2);
        assertThat(TestCluster.read(
                                Base64.getDecoder().decode(got.path("fetched").textValue()))
                        .getWidth())
                .isEqualTo(128);
        assertError(got.path("errors").path("size"), "size", "invalid_request");
        assertError(got.path("errors").path("scheduler"), null, "unsupported");
        assertError(got.path("errors").path("model"), "model", "unknown_model");
        assertThat(got.path("models")).hasSize(1);
        assertThat(got.at("/models/0/id").textValue()).isEqualTo("tiny-sdxl");
        assertThat(got.at("/models/0/object").textValue()).isEqualTo("model");
        assertThat(got.at("/models/0/created").longValue()).isPositive();
    }

    private static void assertError(JsonNode error, String param, String code) {
        assertThat(error.path("class").textValue()).isEqualTo("BadRequestError");
        assertThat(error.path("status").intValue()).isEqualTo(400);
        assertThat(error.path("param").textValue()).isEqualTo(param);
        assertThat(error.path("code").textValue()).isEqualTo(code);
        assertThat(error.path("type").textValue()).isEqualTo("invalid_request_error");
    }

    @Test
    void replicate() throws Exception {
        JsonNode got = got("replicate.mjs");

        assertThat(got.path("output")).hasSize(1);
        BufferedImage picture = cluster.pictureAt(got.path("output").get(0).textValue());
        PictureCheck.assertIsRedCircleOnYellow(picture);
        assertThat(got.path("polled")).hasSize(1);
        assertThat(texts(got.path("seen"))).startsWith("starting").endsWith("succeeded");

        assertThat(got.path("created").path("status").textValue()).isEqualTo("starting");
        assertThat(got.path("waited").path("status").textValue()).isEqualTo("succeeded");
        assertThat(got.path("waited").path("output")).hasSize(2);
        assertThat(got.path("waited").path("logs").textValue()).contains("Using seed: 7");
        assertThat(got.path("waited").path("metrics").path("predict_time").doubleValue())
                .isPositive();
        assertThat(got.path("got").path("input").path("scheduler").textValue()).isEqualTo("K_EULER");
        assertThat(got.path("got").path("input").path("refine").textValue()).isEqualTo("no_refiner");
        assertThat(texts(got.path("listed")))
                .contains(got.path("created").path("id").textValue());

        assertThat(got.path("calls")).hasSize(2);
        got.path("calls")
                .forEach(call -> assertThat(call.path("valid").booleanValue())
                        .as("signature of %s", call)
                        .isTrue());
        assertThat(got.path("calls").get(0).path("status").textValue()).isEqualTo("processing");
        assertThat(got.path("told").path("status").textValue()).isEqualTo("succeeded");
        assertThat(got.path("told").path("id")).isEqualTo(got.path("created").path("id"));
        assertThat(got.path("told").path("output")).hasSize(2);

        assertThat(got.path("cancelled").path("status").textValue()).isEqualTo("canceled");
        assertThat(got.at("/repeated/1").textValue())
                .isEqualTo(got.at("/repeated/0").textValue());
        assertThat(got.at("/queue/is_possible").booleanValue()).isTrue();
        assertThat(got.path("error").path("status").intValue()).isEqualTo(422);
        assertThat(got.path("error").path("message").textValue()).contains("input.num_outputs");
    }

    private static void assertIsRedCircleOnYellow(JsonNode base64) {
        PictureCheck.assertIsRedCircleOnYellow(
                TestCluster.read(Base64.getDecoder().decode(base64.textValue())));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.textValue()));
        return texts;
    }

    private record Finished(int exitCode, String output) {
        boolean succeeded() {
            return exitCode == 0;
        }
    }

    /** A program that is not there has not succeeded, either. */
    private static Finished run(Path folder, String... command) throws InterruptedException {
        try {
            Path output = Files.createTempFile(temp, "output", ".txt");
            Path errors = Files.createTempFile(temp, "errors", ".txt");
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(3, TimeUnit.MINUTES)) {
                process.destroyForcibly().waitFor();
                return new Finished(-1, "Took too long. " + Files.readString(errors));
            }
            int exit = process.exitValue();
            return new Finished(exit, Files.readString(output) + (exit == 0 ? "" : Files.readString(errors)));
        } catch (IOException e) {
            return new Finished(-1, e.getMessage());
        }
    }
}
