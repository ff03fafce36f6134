package io.atelier.bench.chaos;

import io.atelier.bench.cluster.FaultProxy.Fault;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.local.cluster.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Kills, freezes and starts anew what a cluster consists of, in an order that the seed decides. */
final class Mayhem implements Runnable {
    private static final long FROZEN_MILLIS = 5000;
    private static final long STORE_AWAY_MILLIS = 1500;

    private final SimulatedCluster cluster;
    private final Path home;
    private final List<String> workers;
    private final String[] workerOptions;
    private final int kills;
    private final long nanos;
    private final Random random;
    private final Map<String, Integer> done = new TreeMap<>();
    private Exception failure;

    Mayhem(
            SimulatedCluster cluster,
            Path home,
            List<String> workers,
            String[] workerOptions,
            int kills,
            long nanos,
            long seed) {
        this.cluster = cluster;
        this.home = home;
        this.workers = workers;
        this.workerOptions = workerOptions;
        this.kills = kills;
        this.nanos = nanos;
        this.random = new Random(seed);
    }

    /** How often what was done. */
    Map<String, Integer> done() {
        if (failure != null) {
            throw new IllegalStateException("The mayhem itself failed", failure);
        }
        return done;
    }

    @Override
    public void run() {
        long start = System.nanoTime();
        try {
            for (int i = 0; i < kills; i++) {
                TimeUnit.NANOSECONDS.sleep(start + nanos * i / kills - System.nanoTime());
                act();
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            failure = e;
        } finally {
            cluster.storage().heal();
        }
    }

    private void act() throws IOException, InterruptedException {
        int dice = random.nextInt(100);
        if (dice < 80) {
            String worker = workers.get(random.nextInt(workers.size()));
            cluster.worker(worker).kill();
            cluster.launchWorker(worker, workerOptions);
            count("workers killed");
        } else if (dice < 88) {
            cluster.gateway().kill();
            cluster.startGateway(home);
            count("gateway killed");
        } else if (dice < 96) {
            cluster.broker().kill();
            cluster.startBroker();
            count("broker killed");
        } else if (dice < 98) {
            freeze(cluster.worker(workers.get(random.nextInt(workers.size()))));
            count("workers frozen past their locks");
        } else {
            cluster.storage().inject(Fault.UNAVAILABLE, request -> true);
            TimeUnit.MILLISECONDS.sleep(STORE_AWAY_MILLIS);
            cluster.storage().heal();
            count("store away");
        }
    }

    private static void freeze(ChildProcess worker) throws IOException, InterruptedException {
        signal("STOP", worker);
        TimeUnit.MILLISECONDS.sleep(FROZEN_MILLIS);
        signal("CONT", worker);
    }

    private static void signal(String name, ChildProcess process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    private void count(String what) {
        done.merge(what, 1, Integer::sum);
    }
}
