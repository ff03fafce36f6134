package io.atelier.local.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which local cluster is meant. */
final class DataOption {
    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description =
                    "Where the cluster keeps its topics, objects, jobs and logs. Default: deploy/local/target/data")
    private Path data;

    Path data() {
        Path folder = data == null ? home().resolve("deploy/local/target/data") : data;
        return folder.toAbsolutePath().normalize();
    }

    /** The project's folder, which the start script tells. */
    static Path home() {
        return Path.of(System.getProperty("atelier.home", ".")).toAbsolutePath().normalize();
    }
}
