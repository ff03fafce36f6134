package io.atelier.bench.cluster;

import io.atelier.bench.simulation.DrawLog;
import io.atelier.bench.simulation.SimulatedArtist;
import io.atelier.bench.simulation.SimulatedWorkers;
import io.atelier.job.Priority;
import io.atelier.kafka.ClusterSetup;
import io.atelier.local.cluster.ChildProcess;
import io.atelier.local.cluster.FreePorts;
import io.atelier.local.infrastructure.EmbeddedObjectStore;
import io.atelier.message.Topics;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A cluster of real processes but for its devices, any of which can be killed: a broker, a gateway if wanted, and workers. The
 * object store lives in this process, behind a {@link FaultProxy} that all others go through.
 */
public final class SimulatedCluster implements AutoCloseable {
    public static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

    private static final String GROUP = "atelier-workers";
    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final String ACCESS_KEY = "atelier";
    private static final String SECRET_KEY = "not-a-secret";

    private final Path folder;
    private final Map<String, String> workerSettings;
    private final List<String> serverOptions;
    private final FreePorts ports = new FreePorts();
    private final int kafkaPort = ports.any();
    private final int controllerPort = ports.any();
    private final int gatewayPort = ports.any();
    private final int storePort = ports.any();
    private final Map<String, ChildProcess> workers = new ConcurrentHashMap<>();
    private final Map<String, Integer> starts = new ConcurrentHashMap<>();
    private final GatewayHttp http = new GatewayHttp(gatewayPort);

    private EmbeddedObjectStore store;
    private FaultProxy storage;
    private ChildProcess broker;
    private ChildProcess gateway;
    private Producer<byte[], byte[]> producer;
    private ClusterLog log;

    private SimulatedCluster(Path folder, Map<String, String> workerSettings, List<String> serverOptions) {
        this.folder = folder;
        this.workerSettings = workerSettings;
        this.serverOptions = serverOptions;
    }

    /**
     * Starts all but gateway and workers.
     *
     * @param folder         for everybody's data and logs
     * @param workerSettings as environment variables, on top of those that say where everything is
     */
    public static SimulatedCluster start(Path folder, Map<String, String> workerSettings) throws Exception {
        return start(folder, workerSettings, List.of());
    }

    /**
     * Starts all but gateway and workers.
     *
     * @param serverOptions of the JVMs of broker and gateway, on top of those that make them start quickly and stay small
     */
    public static SimulatedCluster start(Path folder, Map<String, String> workerSettings, List<String> serverOptions)
            throws Exception {
        SimulatedCluster cluster = new SimulatedCluster(folder, workerSettings, serverOptions);
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::killAll));
        try {
            cluster.startInfrastructure();
            return cluster;
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
    }

    private void startInfrastructure() throws Exception {
        Files.createDirectories(folder.resolve("logs"));
        store = EmbeddedObjectStore.start(folder.resolve("s3"), storePort, ACCESS_KEY, SECRET_KEY);
        storage = FaultProxy.start(storePort);
        startBroker();
        new ClusterSetup(Map.of("bootstrap.servers", kafka()), TOPICS, START_LIMIT).createTopics();
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka(),
                        "acks",
                        "all",
                        "max.request.size",
                        16 * 1024 * 1024,
                        "reconnect.backoff.max.ms",
                        500),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    public String kafka() {
        return "127.0.0.1:" + kafkaPort;
    }

    /** What stands before the object store. */
    public FaultProxy storage() {
        return storage;
    }

    /** Read from its beginning when it is first asked for. */
    public synchronized ClusterLog log() {
        if (log == null) {
            log = new ClusterLog(kafka());
        }
        return log;
    }

    /** The objects that are there, as files below a folder for each bucket. */
    public Path objects() {
        return folder.resolve("s3");
    }

    /** What the devices of all workers did. */
    public List<DrawLog.Entry> draws() {
        return DrawLog.read(drawFolder());
    }

    public List<DrawLog.Entry> draws(String id, DrawLog.Kind kind) {
        return draws().stream()
                .filter(entry -> entry.id().equals(id) && entry.kind() == kind)
                .toList();
    }

    private Path drawFolder() {
        return folder.resolve("draws");
    }

    /** Starts the broker, with the data of the one before. */
    public void startBroker() throws IOException, InterruptedException {
        broker = startProgram(
                "broker",
                server(
                        "-Xmx384m",
                        List.of(
                                "-cp",
                                classPath(),
                                BrokerProgram.class.getName(),
                                folder.resolve("kafka").toString(),
                                Integer.toString(kafkaPort),
                                Integer.toString(controllerPort),
                                Long.toString(ProcessHandle.current().pid()))),
                Map.of());
        awaitReady(broker);
    }

    public ChildProcess broker() {
        return broker;
    }

    /** @param home the folder of the project, with the built gateway */
    public void startGateway(Path home) throws IOException, InterruptedException {
        startGateway(home, Map.of());
    }

    /** @param more settings as environment variables */
    public void startGateway(Path home, Map<String, String> more) throws IOException, InterruptedException {
        gateway = launchGateway(home, more);
        gateway.awaitReady(http::isReady, START_LIMIT);
    }

    /** Starts the gateway's program, which does something short if it gets words, such as {@code store rebuild}. */
    public ChildProcess launchGateway(Path home, Map<String, String> more, String... words) throws IOException {
        Path jar = home.resolve("gateway/target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException("The gateway is not built: " + jar + " is missing");
        }
        Map<String, String> settings = new HashMap<>(common());
        settings.put("ATELIER_MODELS", SimulatedArtist.MODEL);
        settings.put(
                "ATELIER_STORE_PATH", folder.resolve("gateway").resolve("jobs").toString());
        settings.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        settings.put("QUARKUS_HTTP_PORT", Integer.toString(gatewayPort));
        settings.putAll(more);
        List<String> program = new ArrayList<>(List.of("-jar", jar.toString()));
        program.addAll(List.of(words));
        return startProgram("gateway", server("-Xmx256m", program), settings);
    }

    private List<String> server(String heap, List<String> program) {
        List<String> command = new ArrayList<>(List.of(heap));
        command.addAll(serverOptions);
        command.addAll(program);
        return command;
    }

    public ChildProcess gateway() {
        return gateway;
    }

    public int gatewayPort() {
        return gatewayPort;
    }

    /** Starts a worker and returns when it takes work. */
    public ChildProcess startWorker(String name, String... options) throws IOException, InterruptedException {
        ChildProcess worker = launchWorker(name, options);
        awaitReady(worker);
        return worker;
    }

    /** Starts a process with one worker, or with several by the option {@code --count}, and returns at once. */
    public ChildProcess launchWorker(String name, String... options) throws IOException {
        return launch(SimulatedWorkers.class, name, options);
    }

    /** @param program that is started as {@link SimulatedWorkers} are, and works as they do */
    public ChildProcess launch(Class<?> program, String name, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "-Xmx256m",
                "-cp",
                classPath(),
                program.getName(),
                "--id",
                name,
                "--log",
                drawFolder().toString()));
        command.addAll(List.of(options));
        Map<String, String> settings = new HashMap<>(common());
        settings.putAll(workerSettings);
        ChildProcess worker = startProgram(name, command, settings);
        workers.put(name, worker);
        return worker;
    }

    public static void awaitReady(ChildProcess process) throws InterruptedException {
        process.awaitReady(() -> process.hasPrinted("ready"), START_LIMIT);
    }

    public ChildProcess worker(String name) {
        return workers.get(name);
    }

    /** What every program must be told to find the others, as environment variables. */
    public Map<String, String> common() {
        String endpoint = "http://127.0.0.1:" + storage.port();
        return Map.of(
                "ATELIER_PARENT_PID",
                Long.toString(ProcessHandle.current().pid()),
                "ATELIER_KAFKA_BOOTSTRAP_SERVERS",
                kafka(),
                "ATELIER_KAFKA_START_TIMEOUT",
                "60s",
                "ATELIER_STORAGE_ENDPOINT",
                endpoint,
                "ATELIER_STORAGE_ACCESS_KEY",
                ACCESS_KEY,
                "ATELIER_STORAGE_SECRET_KEY",
                SECRET_KEY,
                "ATELIER_MODEL_NAME",
                SimulatedArtist.MODEL);
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    /** A program that is started again gets a log of its own. */
    private ChildProcess startProgram(String name, List<String> program, Map<String, String> settings)
            throws IOException {
        int start = starts.merge(name, 1, Integer::sum);
        Path output = folder.resolve("logs").resolve(name + (start == 1 ? "" : "." + start) + ".log");
        return ChildProcess.start(name, output, program, settings);
    }

    /** Submits by HTTP. */
    public HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return http.post(path, body);
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.get(path);
    }

    /** Submits as any producer can, without headers. */
    public ClusterLog.Place produce(Priority priority, String key, byte[] value) {
        return produce(new ProducerRecord<>(TOPICS.requests(priority), bytes(key), value));
    }

    public ClusterLog.Place produce(String id, String prompt) {
        return produce(Priority.NORMAL, id, bytes("{\"input\":{\"prompt\":\"" + prompt + "\"}}"));
    }

    /** @param seed of the picture */
    public ClusterLog.Place produce(String id, String prompt, long seed) {
        return produce(Priority.NORMAL, id, bytes(body(prompt, seed)));
    }

    /** Does not wait until the broker has it. */
    public void send(String id, String prompt, long seed) {
        producer.send(new ProducerRecord<>(TOPICS.requests(Priority.NORMAL), bytes(id), bytes(body(prompt, seed))));
    }

    private static String body(String prompt, long seed) {
        return "{\"input\":{\"prompt\":\"" + prompt + "\",\"seed\":" + seed + "}}";
    }

    public void cancel(String id) {
        produce(new ProducerRecord<>(TOPICS.cancellations(), bytes(id), bytes("{}")));
    }

    public ClusterLog.Place produce(ProducerRecord<byte[], byte[]> record) {
        try {
            RecordMetadata stored = producer.send(record).get();
            return new ClusterLog.Place(stored.topic(), stored.offset());
        } catch (ExecutionException e) {
            throw new IllegalStateException("The broker did not take a record", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public Producer<byte[], byte[]> producer() {
        return producer;
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** Records of the request topics that nobody has acknowledged for good. */
    public long unfinishedRecords() throws InterruptedException, ExecutionException {
        return ShareGroupLag.of(kafka(), GROUP, TOPICS.requests());
    }

    public void killWorkers() {
        workers.values().forEach(ChildProcess::kill);
        workers.clear();
    }

    private void killAll() {
        killWorkers();
        if (gateway != null) {
            gateway.kill();
        }
        if (broker != null) {
            broker.kill();
        }
    }

    /** Stops everything without ceremony. */
    @Override
    public void close() {
        if (log != null) {
            log.close();
        }
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
        killAll();
        if (storage != null) {
            storage.close();
        }
        if (store != null) {
            store.close();
        }
    }
}
