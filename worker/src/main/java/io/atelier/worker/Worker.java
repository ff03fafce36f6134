package io.atelier.worker;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.kafka.ClusterSetup;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.message.WorkerCodec;
import io.atelier.ort.CudaSettings;
import io.atelier.ort.ExecutionProvider;
import io.atelier.ort.ExecutionSettings;
import io.atelier.ort.TensorRtSettings;
import io.atelier.sdxl.SdxlPipeline;
import io.atelier.sdxl.vae.VaeTiling;
import io.atelier.storage.ImageStore;
import io.atelier.storage.S3ImageStore;
import io.atelier.storage.S3Settings;
import io.atelier.worker.WorkerState.Phase;
import io.atelier.worker.consume.JobConsumer;
import io.atelier.worker.consume.JobHandler;
import io.atelier.worker.consume.JobObserver;
import io.atelier.worker.consume.RetryPolicy;
import io.atelier.worker.draw.Artist;
import io.atelier.worker.draw.InputPictures;
import io.atelier.worker.draw.SdxlArtist;
import io.atelier.worker.event.KafkaEventPublisher;
import io.atelier.worker.observe.Heartbeat;
import io.atelier.worker.observe.JobLog;
import io.atelier.worker.observe.JobMetrics;
import io.atelier.worker.observe.JobObservers;
import io.atelier.worker.observe.JobTraces;
import io.atelier.worker.observe.JobsInHand;
import io.atelier.worker.observe.TraceExport;
import io.atelier.worker.observe.WatchedPublisher;
import io.atelier.worker.observe.WatchedStore;
import io.atelier.worker.storage.ResultStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker: a model on a device, and the loop that brings it work. Everything is put together here, and taken apart in the
 * reverse order.
 */
final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final WorkerConfig config;
    private final WorkerState state;
    private final MeterRegistry meters;
    /** Milliseconds are all that anybody can use of these times. */
    private final Clock clock = Clock.tickMillis(ZoneOffset.UTC);

    private final Resources resources = new Resources();

    private Worker(WorkerConfig config, WorkerState state, MeterRegistry meters) {
        this.config = config;
        this.state = state;
        this.meters = meters;
    }

    /**
     * Returns when the worker takes work.
     *
     * @throws GenerationException with a sentence that says what is wrong and where
     */
    static Worker start(WorkerConfig config, WorkerState state, MeterRegistry meters) {
        Worker worker = new Worker(config, state, meters);
        try {
            worker.start();
            return worker;
        } catch (RuntimeException e) {
            worker.close();
            throw e;
        }
    }

    private void start() {
        String id = config.worker().id().orElseGet(Worker::defaultId);
        Topics topics = new Topics(config.topics().prefix());
        KafkaClients kafka = new KafkaClients(config, id);

        ExecutorService lane = lane();
        // Opening asks the store nothing; the model is loaded before anything else is waited for.
        ImageStore store = openStore();
        InputPictures inputPictures = inputPictures(store);
        SdxlArtist artist = on(lane, () -> loadModel(inputPictures));

        TraceExport traces =
                resources.add("traces", TraceExport.open(config.traces().endpoint(), id));
        state.enter(Phase.CONNECTING);
        ResultStore results = openResults(new WatchedStore(store, meters, traces.tracer()));
        prepareKafka(kafka, topics);
        Producer<byte[], byte[]> producer = resources.add("producer", kafka.producer());
        // Metadata fetched now cannot make the first picture wait for it.
        producer.partitionsFor(topics.events());
        producer.partitionsFor(topics.progress());

        MessageCodec codec = new MessageCodec(topics, URI.create("/atelier/worker/" + id));
        JobsInHand inHand = new JobsInHand();
        startHeartbeat(producer, topics, id, artist, inHand);
        JobObserver observer = JobObservers.of(
                new JobMetrics(meters, clock, System::nanoTime),
                new JobTraces(traces.tracer(), codec),
                new JobLog(),
                inHand);
        Duration eventTimeout = config.kafka().deliveryTimeout().plusSeconds(5);
        JobHandler handler = new JobHandler(
                codec,
                new RequestParser(limits()),
                artist,
                results,
                new WatchedPublisher(
                        new KafkaEventPublisher(producer, codec, topics, id, eventTimeout, clock), traces.tracer()),
                observer,
                new RetryPolicy(config.consume().maxAttempts(), config.consume().backOff()),
                id,
                clock);
        startLoop(new JobConsumer(
                () -> kafka.shareGroup(topics),
                topics.requests(),
                handler,
                lane,
                config.consume().lock(),
                config.consume().grace(),
                observer,
                clock));
        state.enter(Phase.READY);
        LOG.info("Worker {} is ready with model {} ({})", id, artist.modelName(), artist.modelDigest());
    }

    /** It ends after the jobs in hand, and before the producer that it uses. */
    private void startHeartbeat(
            Producer<byte[], byte[]> producer, Topics topics, String id, Artist artist, JobsInHand inHand) {
        WorkerPresence presence = new WorkerPresence(id, config, artist, limits(), state, inHand, clock);
        WorkerCodec codec = new WorkerCodec(topics, URI.create("/atelier/worker/" + id));
        Heartbeat heartbeat = resources.add("heartbeat", new Heartbeat(presence::status, producer, codec, id));
        state.onChange(heartbeat::changed);
        inHand.onChange(heartbeat::changed);
        heartbeat.start(config.worker().heartbeat());
    }

    /** The one thread that touches the device: some execution providers leak when threads take turns. */
    private ExecutorService lane() {
        ExecutorService lane = Executors.newSingleThreadExecutor(task -> new Thread(task, "lane"));
        resources.add("lane", lane::shutdownNow);
        return lane;
    }

    private SdxlArtist loadModel(InputPictures inputPictures) {
        Path base = config.model()
                .base()
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.MODEL_INVALID,
                        "No model is configured: set atelier.model.base to the folder of an SDXL ONNX export"));
        VaeTiling tiling = new VaeTiling(config.execution().vaeTilesAbovePixels());
        SdxlPipeline pipeline = resources.add(
                "pipeline",
                SdxlPipeline.load(
                        base,
                        config.model().refiner(),
                        executionSettings(),
                        tiling,
                        config.model().promptCacheBytes()));
        SdxlArtist artist = new SdxlArtist(pipeline, config.model().name(), inputPictures);
        artist.warmUp();
        return artist;
    }

    private ExecutionSettings executionSettings() {
        WorkerConfig.ExecutionSection execution = config.execution();
        ExecutionProvider provider = provider(execution.provider());
        return new ExecutionSettings(
                provider,
                execution.deviceId(),
                execution.threads(),
                execution.spinning(),
                execution.maxBatch().orElse(provider.defaultMaxBatch()),
                new CudaSettings(
                        execution.memoryLimitBytes(),
                        execution.cuda().arenaExtendStrategy(),
                        execution.cuda().convAlgorithmSearch()),
                new TensorRtSettings(
                        execution.tensorrt().engineCache(),
                        execution.tensorrt().timingCache(),
                        execution.tensorrt().fp16()));
    }

    private static ExecutionProvider provider(String name) {
        return Arrays.stream(ExecutionProvider.values())
                .filter(provider -> provider.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "atelier.execution.provider must be cpu, cuda or tensorrt: " + name));
    }

    private ImageStore openStore() {
        WorkerConfig.StorageSection storage = config.storage();
        return resources.add(
                "storage",
                new S3ImageStore(new S3Settings(
                        storage.endpoint(),
                        storage.publicEndpoint(),
                        storage.region(),
                        storage.accessKey().orElse(""),
                        storage.secretKey().orElse(""),
                        storage.timeout())));
    }

    private ResultStore openResults(ImageStore store) {
        ResultStore results = new ResultStore(store, buckets());
        results.prepare(config.storage().createBuckets());
        return results;
    }

    private InputPictures inputPictures(ImageStore store) {
        Map<String, String> allowed = new HashMap<>();
        for (String alias : config.storage().inputBuckets()) {
            String bucket = buckets().get(alias);
            if (bucket == null) {
                throw new IllegalArgumentException(
                        "atelier.storage.input-buckets names an alias that is not configured: " + alias);
            }
            allowed.put(alias, bucket);
        }
        WorkerConfig.LimitsSection limits = config.limits();
        return new InputPictures(
                store,
                allowed,
                new InputPictures.Limits(
                        limits.maxInputBytes(), limits.maxInputPixels(), limits.maxSide(), limits.maxPixels()));
    }

    private Map<String, String> buckets() {
        Map<String, String> buckets = new HashMap<>(config.storage().buckets());
        buckets.put(ResultStore.DEFAULT_BUCKET, config.storage().bucket());
        return buckets;
    }

    private void prepareKafka(KafkaClients kafka, Topics topics) {
        ClusterSetup setup =
                new ClusterSetup(kafka.common(), topics, config.kafka().startTimeout());
        if (config.kafka().createTopics()) {
            setup.createTopics();
        }
        setup.configureShareGroup(
                config.consume().group(),
                config.consume().lock(),
                config.consume().brokerDeliveryLimit());
    }

    private RequestLimits limits() {
        WorkerConfig.LimitsSection limits = config.limits();
        return new RequestLimits(
                limits.maxSide(),
                limits.maxPixels(),
                limits.maxSteps(),
                limits.maxImages(),
                limits.maxPromptBytes(),
                limits.maxRequestBytes());
    }

    private void startLoop(JobConsumer consumer) {
        Thread loop = new Thread(consumer, "job-loop");
        // Some rounds a second, but a call may wait a minute for a broker that is away.
        state.watchLoop(consumer::lastRound, config.consume().lock().plusMinutes(2));
        loop.start();
        resources.add("job loop", () -> {
            consumer.stop();
            loop.join();
        });
        consumer.joined().join();
    }

    private static String defaultId() {
        try {
            return InetAddress.getLocalHost().getHostName() + "-"
                    + ProcessHandle.current().pid();
        } catch (UnknownHostException e) {
            return "worker-" + ProcessHandle.current().pid();
        }
    }

    /** Runs on another thread what must run there, and fails as it failed there. */
    private static <T> T on(ExecutorService thread, Callable<T> task) {
        try {
            return thread.submit(task).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException
                    ? (RuntimeException) e.getCause()
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GenerationException(ErrorCode.INTERRUPTED, "Stopped while starting", e);
        }
    }

    /** Takes no more work, lets the job in hand end within the grace period, and closes everything. */
    @Override
    public void close() {
        state.enter(Phase.STOPPING);
        resources.close();
    }
}
