package io.atelier.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that is expected to end by itself, with what it printed. */
final class StartedProgram {
    private static final int PATIENCE_SECONDS = 90;

    private StartedProgram() {}

    record Ending(int exitCode, String output) {}

    static Ending application(Path folder, String module, Map<String, String> environment) throws Exception {
        Path jar = TestCluster.home().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        return run(folder, List.of("-jar", jar.toString()), environment);
    }

    static Ending run(Path folder, List<String> arguments, Map<String, String> environment) throws Exception {
        Process process = start(folder, arguments, environment);
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        String output = Files.readString(output(folder));
        if (!ended) {
            throw new AssertionError("Still running after " + PATIENCE_SECONDS + " s:\n" + output);
        }
        return new Ending(process.exitValue(), output);
    }

    static Process start(Path folder, List<String> arguments, Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output(folder).toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Path output(Path folder) {
        return folder.resolve("output.log");
    }
}
