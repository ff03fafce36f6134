package io.atelier.bench.simulation;

import io.atelier.process.ParentWatch;
import io.atelier.worker.Worker;
import io.atelier.worker.WorkerConfig;
import io.atelier.worker.WorkerState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Workers as they are, but with simulated devices. They are configured as real ones, by environment variables; several in one
 * JVM differ in their ids only. Prints {@code ready} when all of them take work. SIGTERM drains them.
 */
@Command(name = "SimulatedWorkers", mixinStandardHelpOptions = true)
public final class SimulatedWorkers implements Callable<Integer> {
    private static final int ABOVE_THE_USUAL = 200;

    @Option(names = "--id", defaultValue = "simulated", description = "Name of the worker; several get numbers too.")
    private String id;

    @Option(names = "--count", defaultValue = "1", description = "How many workers in this process.")
    private int count;

    @Option(names = "--draw-ms", defaultValue = "2000", description = "How long a picture takes.")
    private long drawMillis;

    @Option(names = "--log", required = true, description = "Folder for what the devices did.")
    private Path log;

    @Option(names = "--careless", description = "Acknowledge before anything is stored, to see who notices.")
    private boolean careless;

    private SimulatedWorkers() {}

    public static void main(String[] arguments) {
        // Threads of clients that could not be closed must not keep the process.
        System.exit(new CommandLine(new SimulatedWorkers()).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        ExecutorService each = Executors.newFixedThreadPool(count);
        List<CompletableFuture<AutoCloseable>> starts = IntStream.range(0, count)
                .mapToObj(i -> count == 1 ? id : id + "-" + i)
                .map(name -> CompletableFuture.supplyAsync(() -> start(name), each))
                .toList();
        List<AutoCloseable> workers =
                starts.stream().map(CompletableFuture::join).toList();
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            CompletableFuture.allOf(workers.stream()
                                            .map(worker -> CompletableFuture.runAsync(() -> close(worker), each))
                                            .toArray(CompletableFuture[]::new))
                                    .join();
                            stopped.countDown();
                        },
                        "drain"));
        System.out.println("ready");
        stopped.await();
        return 0;
    }

    private AutoCloseable start(String name) {
        WorkerConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withConverter(Duration.class, ABOVE_THE_USUAL, SimulatedWorkers::duration)
                .addDefaultSources()
                .withDefaultValues(Map.of("atelier.worker.id", name))
                .withMapping(WorkerConfig.class)
                .build()
                .getConfigMapping(WorkerConfig.class);
        config.parentPid()
                .ifPresent(pid ->
                        ParentWatch.onParentExit(pid, () -> Runtime.getRuntime().halt(0)));
        try {
            SimulatedArtist artist = new SimulatedArtist(Duration.ofMillis(drawMillis), new DrawLog(log, name));
            if (careless) {
                return CarelessWorker.start(config, name, artist);
            }
            return Worker.start(config, new WorkerState(), new SimpleMeterRegistry(), pictures -> artist);
        } catch (IOException e) {
            throw new UncheckedIOException("No log in " + log, e);
        }
    }

    private static void close(AutoCloseable worker) {
        try {
            worker.close();
        } catch (Exception e) {
            throw new IllegalStateException("A worker did not stop", e);
        }
    }

    /** As Quarkus reads them in the configuration of real workers: {@code 30s}, or as ISO 8601 has it. */
    private static Duration duration(String text) {
        return Duration.parse(text.startsWith("P") ? text : "PT" + text);
    }
}
