package io.atelier.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.local.StartedProgram.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line as a user has it: a process, its output and its exit code. */
class CommandLineIT {
    @TempDir
    static Path data;

    @TempDir
    Path folder;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(data, 1, Map.of());
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void generate_saves_the_pictures_and_tells_where_and_how_long() throws Exception {
        Ending ending = generate("a green star", "--size", "96x128", "--steps", "3", "--images", "2", "--seed", "5");

        assertThat(ending.exitCode()).as(ending.output()).isZero();
        assertThat(ending.output())
                .contains("base ")
                .contains("6/6")
                .contains("Saved ")
                .contains("upload ");
        List<Path> files = pictures();
        assertThat(files).hasSize(2);
        assertThat(TestCluster.read(Files.readAllBytes(files.get(0))).getWidth())
                .isEqualTo(96);
        assertThat(TestCluster.read(Files.readAllBytes(files.get(0))).getHeight())
                .isEqualTo(128);
    }

    @Test
    void generate_passes_every_option_on_and_prints_json_alone() throws Exception {
        Process process = new ProcessBuilder(command(
                        "generate",
                        "a star",
                        "--gateway",
                        cluster.info().gateway(),
                        "--out",
                        folder.toString(),
                        "--json",
                        "--prompt-2",
                        "a black background",
                        "--negative",
                        "red",
                        "--size",
                        "64x72",
                        "--steps",
                        "5",
                        "--guidance",
                        "3.5",
                        "--seed",
                        "9",
                        "--switch-at",
                        "0.5"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes());

        assertThat(process.waitFor()).isZero();
        Generation generation = TestCluster.json(output, Generation.class);
        assertThat(generation.status()).isEqualTo(GenerationStatus.SUCCEEDED);
        assertThat(generation.input().prompt2()).isEqualTo("a black background");
        assertThat(generation.input().negativePrompt()).isEqualTo("red");
        assertThat(generation.input().width()).isEqualTo(64);
        assertThat(generation.input().height()).isEqualTo(72);
        assertThat(generation.input().numInferenceSteps()).isEqualTo(5);
        assertThat(generation.input().guidanceScale()).isEqualTo(3.5);
        assertThat(generation.input().seed()).isEqualTo(9);
        assertThat(generation.input().refiner().switchAt()).isEqualTo(0.5);
        assertThat(pictures()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --steps 151 | 1 | invalid_request: input.num_inference_steps must be at most 150 (was 151)
                    --size 100x96 | 1 | invalid_request: input.width
                    --size wide | 2 | --size must be WIDTHxHEIGHT
                    --steps many | 2 | many
                    --no-refiner --switch-at 0.5 | 2 | exclude each other
                    --colour red | 2 | --colour
                    """)
    void generate_refuses_what_makes_no_sense(String options, int exitCode, String message) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("a star"));
        arguments.addAll(List.of(options.split(" ")));
        Ending ending = generate(arguments.toArray(String[]::new));

        assertThat(ending.exitCode()).as(ending.output()).isEqualTo(exitCode);
        assertThat(ending.output()).contains(message).doesNotContain("\tat ");
        assertThat(pictures()).isEmpty();
    }

    @Test
    void generate_without_a_gateway_behind_the_url_says_so() throws Exception {
        Ending ending = run("generate", "a star", "--gateway", "http://127.0.0.1:1");

        assertThat(ending.exitCode()).isEqualTo(1);
        assertThat(ending.output())
                .contains("No answer from the gateway at http://127.0.0.1:1")
                .doesNotContain("\tat ");
    }

    @Test
    void generate_finds_the_cluster_that_is_up_on_the_data_folder() throws Exception {
        Ending ending =
                run("generate", "a star", "--data", data.toString(), "--steps", "2", "--out", folder.toString());

        assertThat(ending.exitCode()).as(ending.output()).isZero();
        assertThat(ending.output()).doesNotContain("Starting a local cluster");
    }

    @Test
    void dlq_finds_the_cluster_that_is_up_on_the_data_folder() throws Exception {
        cluster.produce("unreadable-1", "no json".getBytes());
        cluster.events().awaitDeadLetter("no json");

        Ending ending = run("dlq", "list", "--data", data.toString(), "--id", "unreadable-1");

        assertThat(ending.exitCode()).as(ending.output()).isZero();
        assertThat(ending.output()).contains("unreadable-1").contains("malformed_message");
    }

    @Test
    void up_refuses_a_data_folder_that_is_in_use() throws Exception {
        Ending ending = run("up", "--data", data.toString());

        assertThat(ending.exitCode()).isEqualTo(1);
        assertThat(ending.output()).contains("already runs on " + data);
    }

    @Test
    void all_processes_end_when_the_launcher_is_killed() throws Exception {
        Process launcher = StartedProgram.start(
                folder,
                withoutJava(command(
                        "up",
                        "--data",
                        folder.resolve("data").toString(),
                        "--workers",
                        "1",
                        "--gateway-port",
                        "0",
                        "--kafka-port",
                        "0",
                        "--s3-port",
                        "0")),
                Map.of());
        try {
            await("the cluster to be up")
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> Files.readString(StartedProgram.output(folder)).contains("Atelier is up"));
            List<ProcessHandle> children = launcher.children().toList();
            assertThat(children).hasSize(3);

            launcher.destroyForcibly();

            await("the children's end")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            launcher.descendants().forEach(ProcessHandle::destroyForcibly);
            launcher.destroyForcibly();
        }
    }

    @Test
    void help_names_the_commands() throws Exception {
        Ending ending = run("--help");

        assertThat(ending.exitCode()).isZero();
        assertThat(ending.output()).contains("generate").contains("up").contains("dlq");
        assertThat(run().exitCode()).isEqualTo(2);
    }

    private Ending generate(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("generate"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--gateway", cluster.info().gateway(), "--out", folder.toString()));
        return run(all.toArray(String[]::new));
    }

    private Ending run(String... arguments) throws Exception {
        return StartedProgram.run(folder, withoutJava(command(arguments)), Map.of());
    }

    private static List<String> withoutJava(List<String> command) {
        return command.subList(1, command.size());
    }

    private static List<String> command(String... arguments) {
        Path target = TestCluster.home().resolve("deploy/local/target");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Datelier.home=" + TestCluster.home(),
                "-cp",
                target.resolve("atelier-local.jar") + ":" + target.resolve("lib") + "/*",
                "io.atelier.local.cli.AtelierCommand"));
        command.addAll(List.of(arguments));
        return command;
    }

    private List<Path> pictures() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".png"))
                    .sorted()
                    .toList();
        }
    }
}
