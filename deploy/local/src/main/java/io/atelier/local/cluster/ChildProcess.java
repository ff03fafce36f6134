package io.atelier.local.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** One process of the cluster: a JVM whose output goes to a file of its own. */
public final class ChildProcess {
    private static final int LAST_LINES = 15;
    private static final long POLL_MILLIS = 100;
    /** Many short-lived JVMs on few cores: the optimising compiler and parallel collectors would take more than they give. */
    private static final List<String> QUICK_START =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

    private final String name;
    private final Path log;
    private final Process process;

    private ChildProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /**
     * @param program     what follows the JVM's own options: {@code -jar …} or {@code -cp … Main}
     * @param environment settings of the child; secrets stay out of the list of processes that way
     */
    public static ChildProcess start(String name, Path log, List<String> program, Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(QUICK_START);
        if (Runtime.version().feature() >= 24) {
            // ONNX Runtime and the broker's compression load native code, which newer JDKs warn about.
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        return new ChildProcess(name, log, builder.start());
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    void onExit(Runnable action) {
        process.onExit().thenRun(action);
    }

    /** @throws ClusterFailure if the process ends first, or the time is over; with the last lines of its log */
    public void awaitReady(BooleanSupplier ready, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!ready.getAsBoolean()) {
            if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new ClusterFailure(name + " ended with exit code " + process.exitValue() + ":\n" + lastLines());
            }
            if (System.nanoTime() > end) {
                throw new ClusterFailure(
                        name + " was not ready within " + timeout.toSeconds() + " s; its log ends:\n" + lastLines());
            }
        }
    }

    /** Asks the process to stop; returns at once. */
    public void askToStop() {
        process.destroy();
    }

    /** Waits for the process's end, and forces it when {@code grace} is over. */
    public void awaitStop(Duration grace) {
        try {
            if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for an end that nobody forces. @return the exit code; empty if the process goes on when the time is over */
    public OptionalInt awaitExit(Duration atMost) throws InterruptedException {
        return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)
                ? OptionalInt.of(process.exitValue())
                : OptionalInt.empty();
    }

    /** Ends the process at once, as a crash would. Returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Whether the process has printed this line. */
    public boolean hasPrinted(String line) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.anyMatch(line::equals);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String lastLines() {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            List<String> last = lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
            return "  " + String.join("\n  ", last) + "\n(all of it: " + log + ")";
        } catch (IOException e) {
            return "  (its log " + log + " cannot be read: " + e.getMessage() + ")";
        }
    }
}
