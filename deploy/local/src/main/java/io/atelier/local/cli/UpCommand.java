package io.atelier.local.cli;

import io.atelier.job.Priority;
import io.atelier.local.cluster.ClusterFailure;
import io.atelier.local.cluster.ClusterInfo;
import io.atelier.local.cluster.LocalCluster;
import io.atelier.message.Topics;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code atelier up}: a cluster that runs until Ctrl-C. */
@Command(
        name = "up",
        description = "Starts broker, object store, gateway and workers on this machine, and keeps them running.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
    @Mixin
    private ClusterOptions options;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
    private int workers;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Optional<ClusterInfo> running = LocalCluster.running(options.data());
        if (running.isPresent()) {
            throw new ClusterFailure("A cluster already runs on " + options.data() + " (process "
                    + running.get().pid() + ", gateway " + running.get().gateway() + "); choose another --data");
        }
        long started = System.nanoTime();
        try (LocalCluster cluster = LocalCluster.start(options.settings(workers))) {
            tell(cluster.info(), Duration.ofNanos(System.nanoTime() - started));
            return watch(cluster);
        }
    }

    private void tell(ClusterInfo info, Duration startTime) {
        String topic = new Topics(Topics.DEFAULT_PREFIX).requests(Priority.NORMAL);
        PrintWriter out = spec.commandLine().getOut();
        out.printf("Atelier is up after %.1f s with %d worker(s). Ctrl-C stops it.%n%n", seconds(startTime), workers);
        out.printf("  gateway     %s   (API description: %s/q/openapi)%n", info.gateway(), info.gateway());
        out.printf("  Kafka       %s   (requests: %s)%n", info.kafka(), topic);
        out.printf(
                "  S3          %s   bucket %s, region %s%n",
                info.s3(), info.s3().bucket(), info.s3().region());
        out.printf(
                "              access key %s, secret key %s%n",
                info.s3().accessKey(), info.s3().secretKey());
        out.printf("  webhooks    signed with the secret in %s%n", LocalCluster.webhookSecret(options.data()));
        out.printf("  logs        %s%n%n", info.logs());
        String access = System.getenv().getOrDefault("ATELIER_ACCESS_AUTH", "none");
        out.printf(
                "Everything listens on the loopback interface only; the gateway asks for %s.%n%n",
                access.equals("none") ? "no API key" : "proof of who calls (" + access + ")");
        out.printf(
                "By HTTP:   curl -s %s/v1/generations -H 'Content-Type: application/json' -H 'Prefer: wait=60'"
                        + " -d '{\"input\":{\"prompt\":\"a red circle on a blue background\"}}'%n",
                info.gateway());
        out.printf(
                "By Kafka:  echo 'my-1|{\"input\":{\"prompt\":\"a red circle on a blue background\"}}'"
                        + " | kcat -b %s -P -t %s -K '|'%n",
                info.kafka(), topic);
        out.printf("           curl -s %s/v1/generations/my-1%n", info.gateway());
        out.flush();
    }

    /** Until Ctrl-C, whose shutdown hook stops the cluster, or until it cannot work any more. */
    private int watch(LocalCluster cluster) throws InterruptedException {
        CountDownLatch broken = new CountDownLatch(1);
        cluster.onPartEnded(name -> {
            spec.commandLine()
                    .getErr()
                    .println("atelier: " + name + " has ended; see "
                            + cluster.info().logs());
            if (!name.startsWith("worker")) {
                broken.countDown();
            }
        });
        broken.await();
        return AtelierCommand.FAILED;
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}
