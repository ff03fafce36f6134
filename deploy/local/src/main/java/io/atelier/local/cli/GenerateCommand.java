package io.atelier.local.cli;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.OutputImage;
import io.atelier.job.Timings;
import io.atelier.local.cluster.ClusterInfo;
import io.atelier.local.cluster.LocalCluster;
import io.atelier.message.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code atelier generate}: from a prompt to picture files. */
@Command(
        name = "generate",
        description = "Draws a picture. Uses the cluster at --gateway, else the local one that is up, else starts one.",
        mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {
    @Mixin
    private RequestOptions request;

    @Mixin
    private ClusterOptions options;

    @Option(names = "--gateway", paramLabel = "URL", description = "A running cluster's gateway")
    private String gateway;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            defaultValue = "atelier-out",
            description = "Default: ./${DEFAULT-VALUE}")
    private Path out;

    @Option(
            names = "--json",
            description = "Print the finished generation as JSON, and nothing else, to standard output")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Optional<String> running = Optional.ofNullable(gateway)
                .or(() -> LocalCluster.running(options.data()).map(ClusterInfo::gateway));
        if (running.isPresent()) {
            return generate(new GatewayClient(running.get()));
        }
        // Wrong options should not cost the start of a cluster.
        request.toRequest();
        System.err.println("Starting a local cluster (./atelier up keeps one running) ...");
        long started = System.nanoTime();
        try (LocalCluster cluster = LocalCluster.start(options.settings(1))) {
            System.err.printf("The cluster is up after %.1f s%n", (System.nanoTime() - started) / 1e9);
            return generate(new GatewayClient(cluster.info().gateway()));
        }
    }

    private int generate(GatewayClient client) throws IOException {
        Generation submitted = client.submit(request.toRequest());
        ProgressLine progress = new ProgressLine(progressStream(), System.console() != null);
        Generation finished = client.follow(submitted.id().value(), progress::show);
        progress.end();
        List<Path> files = finished.status() == GenerationStatus.SUCCEEDED ? save(client, finished) : List.of();
        report(finished, files);
        return files.isEmpty() ? AtelierCommand.FAILED : 0;
    }

    /** With --json standard output belongs to the JSON. */
    private PrintStream progressStream() {
        return json ? System.err : System.out;
    }

    private List<Path> save(GatewayClient client, Generation generation) throws IOException {
        Files.createDirectories(out);
        List<Path> files = new ArrayList<>();
        for (OutputImage image : generation.output()) {
            String extension = image.key().substring(image.key().lastIndexOf('.'));
            Path file = out.resolve(generation.id() + "-" + image.index() + extension);
            Files.write(file, client.image(generation.id().value(), image.index()));
            files.add(file);
        }
        return files;
    }

    private void report(Generation generation, List<Path> files) throws IOException {
        PrintWriter stdout = spec.commandLine().getOut();
        PrintWriter stderr = spec.commandLine().getErr();
        generation.warnings().forEach(warning -> stderr.println("Warning: " + warning));
        if (json) {
            stdout.println(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(generation));
        } else {
            files.forEach(file -> stdout.println("Saved " + file));
            if (generation.timings() != null) {
                stdout.println(stages(generation.timings()));
            }
        }
        if (generation.error() != null) {
            stderr.println("atelier: " + generation.error().code().wireName() + ": "
                    + generation.error().message());
        } else if (files.isEmpty()) {
            stderr.println(
                    "atelier: the generation ended as " + generation.status().wireName());
        }
        stdout.flush();
        stderr.flush();
    }

    private static String stages(Timings t) {
        return Stream.of(
                        stage("waited", t.queueMs()),
                        stage("prompt", t.encodePromptMs()),
                        stage("base", t.baseMs()),
                        stage("refiner", t.refinerMs()),
                        stage("VAE", t.vaeMs()),
                        stage("encoding", t.encodeMs()),
                        stage("upload", t.uploadMs()),
                        stage("in all", t.totalMs()))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
    }

    private static Optional<String> stage(String name, Long millis) {
        return Optional.ofNullable(millis).map(ms -> name + " " + ms + " ms");
    }
}
