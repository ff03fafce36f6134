package io.atelier.bench.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What every program on a simulated cluster can be told. */
public final class RunOptions {
    @Option(names = "--seed", defaultValue = "1", description = "Decides all that is random.")
    private long seed;

    @Option(names = "--data", description = "Folder for everybody's data and logs; a temporary one by default.")
    private Path data;

    @Option(names = "--report", description = "File for the report, which is printed too.")
    private Path report;

    public long seed() {
        return seed;
    }

    public Path folder() throws IOException {
        return data == null ? Files.createTempDirectory("atelier-bench") : data;
    }

    /** @return exit code of the program */
    public int publish(Report text) throws IOException {
        return text.publish(report);
    }
}
