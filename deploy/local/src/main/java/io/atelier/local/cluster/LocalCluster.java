package io.atelier.local.cluster;

import io.atelier.local.cluster.ClusterInfo.ObjectStore;
import io.atelier.local.infrastructure.Infrastructure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A whole cluster on this machine: broker and object store in one process, the gateway and each worker in processes of
 * their own. All of them end with the process that started them.
 */
public final class LocalCluster implements AutoCloseable {
    private static final int SECRET_BYTES = 24;
    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final Duration GRACE = Duration.ofSeconds(20);
    private static final String ACCESS_KEY = "atelier";
    private static final String BUCKET = "generations";
    private static final String REGION = "us-east-1";

    private final ClusterSettings settings;
    private final FreePorts ports = new FreePorts();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    /** In the order of their start, broker and object store first. */
    private final List<ChildProcess> processes = new ArrayList<>();

    private ClusterInfo info;
    private volatile boolean closing;

    private LocalCluster(ClusterSettings settings) {
        this.settings = settings;
    }

    /** The cluster that already runs on this data folder, if one does. */
    public static Optional<ClusterInfo> running(Path data) {
        return ClusterInfo.running(data);
    }

    /**
     * Starts everything and returns when the gateway and every worker are ready for work.
     *
     * @throws ClusterFailure if a part does not start, with the end of its log; what had started is stopped again
     */
    public static LocalCluster start(ClusterSettings settings) throws IOException, InterruptedException {
        LocalCluster cluster = new LocalCluster(settings);
        Thread stop = new Thread(cluster::close, "stop-cluster");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            cluster.startAll();
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    public ClusterInfo info() {
        return info;
    }

    /** The process id of each part, by its name. */
    public Map<String, Long> pids() {
        Map<String, Long> pids = new HashMap<>();
        processes.forEach(p -> pids.put(p.name(), p.pid()));
        return pids;
    }

    /** Tells {@code listener} the name of every part that ends by itself; on a thread of its own. */
    public void onPartEnded(Consumer<String> listener) {
        for (ChildProcess process : List.copyOf(processes)) {
            process.onExit(() -> {
                if (!closing) {
                    listener.accept(process.name());
                }
            });
        }
    }

    private void startAll() throws IOException, InterruptedException {
        Files.createDirectories(logs());
        Path readyFile = settings.data().resolve("infrastructure.ready");
        Files.deleteIfExists(readyFile);
        info = choosePlaces();
        // All at once: the others load their classes and models while the broker starts, and wait for it.
        ChildProcess infrastructure = startInfrastructure(readyFile);
        ChildProcess gateway = startGateway();
        Map<ChildProcess, BooleanSupplier> workers = new HashMap<>();
        for (int i = 0; i < settings.workers(); i++) {
            int port = ports.any();
            workers.put(startWorker(i, port), () -> isReady("http://127.0.0.1:" + port));
        }
        infrastructure.awaitReady(() -> Files.exists(readyFile), START_LIMIT);
        gateway.awaitReady(() -> isReady(info.gateway()), START_LIMIT);
        for (Map.Entry<ChildProcess, BooleanSupplier> worker : workers.entrySet()) {
            worker.getKey().awaitReady(worker.getValue(), START_LIMIT);
        }
        info.write(settings.data());
    }

    private ClusterInfo choosePlaces() throws IOException {
        String gateway = "http://127.0.0.1:" + ports.preferably(settings.gatewayPort());
        String kafka = "127.0.0.1:" + ports.preferably(settings.kafkaPort());
        String s3 = "http://127.0.0.1:" + ports.preferably(settings.s3Port());
        ObjectStore store = new ObjectStore(s3, REGION, BUCKET, ACCESS_KEY, secretKey());
        return new ClusterInfo(ProcessHandle.current().pid(), gateway, kafka, store, logs().toString());
    }

    /** Made once per data folder, so that URLs presigned before a restart still hold after it. */
    private String secretKey() throws IOException {
        return keptSecret(settings.data().resolve("s3-secret-key"), HexFormat.of()::formatHex);
    }

    /** What webhooks are signed with; receivers read it from this file. */
    public static Path webhookSecret(Path data) {
        return data.resolve("webhook-secret");
    }

    /** The gateway's H2 file, without its extension. */
    public static Path jobStore(Path data) {
        return data.resolve("gateway").resolve("jobs");
    }

    private static String keptSecret(Path file, Function<byte[], String> form) throws IOException {
        if (!Files.exists(file)) {
            byte[] secret = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(secret);
            PrivateFiles.write(file, form.apply(secret));
        }
        return Files.readString(file);
    }

    private ChildProcess startInfrastructure(Path readyFile) throws IOException {
        Map<String, String> environment = Map.of(
                "ATELIER_LOCAL_PARENT_PID", Long.toString(info.pid()),
                "ATELIER_LOCAL_DATA", settings.data().toString(),
                "ATELIER_LOCAL_READY_FILE", readyFile.toString(),
                "ATELIER_LOCAL_KAFKA_PORT", port(info.kafka()),
                "ATELIER_LOCAL_CONTROLLER_PORT", Integer.toString(ports.any()),
                "ATELIER_LOCAL_S3_PORT", port(info.s3().endpoint()),
                "ATELIER_LOCAL_S3_ACCESS_KEY", info.s3().accessKey(),
                "ATELIER_LOCAL_S3_SECRET_KEY", info.s3().secretKey());
        return start(
                "infrastructure",
                List.of("-Xmx384m", "-cp", System.getProperty("java.class.path"), Infrastructure.class.getName()),
                environment);
    }

    private ChildProcess startGateway() throws IOException {
        Map<String, String> environment = commonEnvironment("gateway", Integer.parseInt(port(info.gateway())));
        environment.put("ATELIER_MODELS", settings.model());
        environment.put("ATELIER_STORE_PATH", jobStore(settings.data()).toString());
        environment.put(
                "ATELIER_WEBHOOKS_SECRETS_DEFAULT",
                keptSecret(
                        webhookSecret(settings.data()),
                        secret -> "whsec_" + Base64.getEncoder().encodeToString(secret)));
        openLoopback(environment, "ATELIER_WEBHOOKS");
        return start("gateway", quarkusApplication("gateway", "-Xmx256m"), environment);
    }

    private ChildProcess startWorker(int index, int port) throws IOException {
        Map<String, String> environment = commonEnvironment("worker-" + index, port);
        environment.put("ATELIER_WORKER_ID", "worker-" + index);
        environment.put("ATELIER_MODEL_NAME", settings.model());
        environment.put("ATELIER_MODEL_BASE", settings.base().toString());
        settings.refiner().ifPresent(refiner -> environment.put("ATELIER_MODEL_REFINER", refiner.toString()));
        openLoopback(environment, "ATELIER_INPUT_URLS");
        environment.putAll(settings.workerEnvironment());
        return start("worker-" + index, quarkusApplication("worker", "-Xmx512m"), environment);
    }

    /** Who tries things out has receivers and pictures on the same machine. */
    private static void openLoopback(Map<String, String> environment, String section) {
        environment.put(section + "_HTTP", "true");
        environment.put(section + "_PORTS", "1-65535");
        environment.put(section + "_ALLOW", "127.0.0.0/8,::1/128");
    }

    private Map<String, String> commonEnvironment(String name, int port) {
        Map<String, String> environment = new HashMap<>();
        environment.put("ATELIER_PARENT_PID", Long.toString(info.pid()));
        environment.put("ATELIER_KAFKA_BOOTSTRAP_SERVERS", info.kafka());
        environment.put("ATELIER_KAFKA_START_TIMEOUT", "60s");
        environment.put("ATELIER_STORAGE_ENDPOINT", info.s3().endpoint());
        environment.put("ATELIER_STORAGE_REGION", info.s3().region());
        environment.put("ATELIER_STORAGE_ACCESS_KEY", info.s3().accessKey());
        environment.put("ATELIER_STORAGE_SECRET_KEY", info.s3().secretKey());
        environment.put("ATELIER_STORAGE_BUCKET", info.s3().bucket());
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("QUARKUS_LOG_CONSOLE_COLOR", "false");
        return environment;
    }

    private List<String> quarkusApplication(String module, String heap) {
        Path jar = settings.home().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new ClusterFailure("The " + module + " is not built: " + jar + " is missing");
        }
        return List.of(heap, "-jar", jar.toString());
    }

    private ChildProcess start(String name, List<String> program, Map<String, String> environment) throws IOException {
        ChildProcess process = ChildProcess.start(name, logs().resolve(name + ".log"), program, environment);
        processes.add(process);
        return process;
    }

    private Path logs() {
        return settings.data().resolve("logs");
    }

    private boolean isReady(String url) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/q/health/ready"))
                .timeout(Duration.ofSeconds(2))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String port(String address) {
        return address.substring(address.lastIndexOf(':') + 1);
    }

    /** Stops everything, the broker last: workers need it to hand back a job. Does nothing the second time. */
    @Override
    public synchronized void close() {
        closing = true;
        List<ChildProcess> users = processes.subList(Math.min(1, processes.size()), processes.size());
        users.forEach(ChildProcess::askToStop);
        users.forEach(process -> process.awaitStop(GRACE));
        processes.forEach(ChildProcess::askToStop);
        processes.forEach(process -> process.awaitStop(GRACE));
        processes.clear();
        try {
            ClusterInfo.forget(settings.data());
        } catch (IOException e) {
            System.err.println("Cannot remove the note of the running cluster: " + e.getMessage());
        }
    }
}
