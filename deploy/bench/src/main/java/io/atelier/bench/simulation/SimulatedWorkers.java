package io.atelier.bench.simulation;

import io.atelier.worker.Worker;
import io.atelier.worker.WorkerConfig;
import io.atelier.worker.WorkerState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
    @Option(names = "--id", defaultValue = "simulated", description = "Name of the worker; several get numbers too.")
    private String id;

    @Option(names = "--count", defaultValue = "1", description = "How many workers in this process.")
    private int count;

    @Option(names = "--draw-ms", defaultValue = "2000", description = "How long a picture takes.")
    private long drawMillis;

    @Option(names = "--log", required = true, description = "Folder for what the devices did.")
    private Path log;

    private SimulatedWorkers() {}

    public static void main(String[] arguments) {
        // Threads of clients that could not be closed must not keep the process.
        System.exit(new CommandLine(new SimulatedWorkers()).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        SimulatedConfig.watchParent(SimulatedConfig.read(id));
        ExecutorService each = Executors.newFixedThreadPool(count);
        List<CompletableFuture<Worker>> starts = IntStream.range(0, count)
                .mapToObj(i -> count == 1 ? id : id + "-" + i)
                .map(name -> CompletableFuture.supplyAsync(() -> start(name), each))
                .toList();
        List<Worker> workers = starts.stream().map(CompletableFuture::join).toList();
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            CompletableFuture.allOf(workers.stream()
                                            .map(worker -> CompletableFuture.runAsync(worker::close, each))
                                            .toArray(CompletableFuture[]::new))
                                    .join();
                            stopped.countDown();
                        },
                        "drain"));
        System.out.println("ready");
        stopped.await();
        return 0;
    }

    private Worker start(String name) {
        WorkerConfig config = SimulatedConfig.read(name);
        try {
            SimulatedArtist artist = new SimulatedArtist(Duration.ofMillis(drawMillis), new DrawLog(log, name));
            return Worker.start(config, new WorkerState(), new SimpleMeterRegistry(), pictures -> artist);
        } catch (IOException e) {
            throw new UncheckedIOException("No log in " + log, e);
        }
    }
}
