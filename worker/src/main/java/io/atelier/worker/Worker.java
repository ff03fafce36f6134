package io.atelier.worker;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.kafka.ClusterSetup;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.message.WorkerCodec;
import io.atelier.net.SystemResolver;
import io.atelier.net.TargetGuard;
import io.atelier.net.TargetRules;
import io.atelier.storage.ImageStore;
import io.atelier.storage.S3ImageStore;
import io.atelier.storage.S3Settings;
import io.atelier.trace.TraceExport;
import io.atelier.worker.WorkerConfig.ConsumeMode;
import io.atelier.worker.WorkerState.Phase;
import io.atelier.worker.consume.CancellationFollower;
import io.atelier.worker.consume.Cancellations;
import io.atelier.worker.consume.Fitness;
import io.atelier.worker.consume.JobConsumer;
import io.atelier.worker.consume.JobHandler;
import io.atelier.worker.consume.JobObserver;
import io.atelier.worker.consume.Lane;
import io.atelier.worker.consume.RetryPolicy;
import io.atelier.worker.draw.Artist;
import io.atelier.worker.draw.ArtistLoader;
import io.atelier.worker.draw.InputPictures;
import io.atelier.worker.draw.PictureDownload;
import io.atelier.worker.event.KafkaEventPublisher;
import io.atelier.worker.observe.Heartbeat;
import io.atelier.worker.observe.JobLog;
import io.atelier.worker.observe.JobMetrics;
import io.atelier.worker.observe.JobObservers;
import io.atelier.worker.observe.JobTraces;
import io.atelier.worker.observe.JobsInHand;
import io.atelier.worker.observe.WatchedPublisher;
import io.atelier.worker.observe.WatchedStore;
import io.atelier.worker.storage.ResultStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker: a model on a device, and the loop that brings it work. Everything is put together here, and taken apart in the
 * reverse order.
 */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final WorkerConfig config;
    private final WorkerState state;
    private final MeterRegistry meters;
    private final ArtistLoader artists;
    /** Milliseconds are all that anybody can use of these times. */
    private final Clock clock = Clock.tickMillis(ZoneOffset.UTC);

    private final Resources resources = new Resources();
    private volatile JobConsumer consumer;

    private Worker(WorkerConfig config, WorkerState state, MeterRegistry meters, ArtistLoader artists) {
        this.config = config;
        this.state = state;
        this.meters = meters;
        this.artists = artists;
    }

    /** Starts with the model that the configuration names. */
    static Worker start(WorkerConfig config, WorkerState state, MeterRegistry meters) {
        return start(config, state, meters, new SdxlArtistLoader(config));
    }

    /**
     * Returns when the worker takes work.
     *
     * @param artists makes what draws; {@link #close} closes it
     * @throws GenerationException with a sentence that says what is wrong and where
     */
    public static Worker start(WorkerConfig config, WorkerState state, MeterRegistry meters, ArtistLoader artists) {
        Worker worker = new Worker(config, state, meters, artists);
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

        Lane lane = resources.add("lane", new Lane());
        // Opening asks the store nothing; the model is loaded before anything else is waited for.
        ImageStore store = openStore();
        InputPictures inputPictures = inputPictures(store);
        Artist artist = lane.run(() -> load(lane, inputPictures));

        TraceExport traces =
                resources.add("traces", TraceExport.open(config.traces().endpoint(), "atelier-worker", id));
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
        Cancellations cancellations = follow(kafka, topics);
        WorkerConfig.ConsumeSection consume = config.consume();
        Fitness fitness = new Fitness(consume.sickAfter(), consume.sickRest(), clock, state::setSickness);
        JobHandler handler = new JobHandler(
                codec,
                new RequestParser(limits()),
                artist,
                lane,
                results,
                new WatchedPublisher(
                        new KafkaEventPublisher(producer, codec, topics, id, eventTimeout, clock), traces.tracer()),
                cancellations,
                observer,
                fitness,
                new RetryPolicy(consume.maxAttempts(), consume.backOff(), consume.patience()),
                id,
                clock);
        startLoop(new JobConsumer(
                () -> kafka.group(topics),
                topics.requests(),
                consume.lowShare(),
                handler,
                fitness,
                () -> lane.run(artist::warmUp),
                consume.lock(),
                consume.grace(),
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

    /** On the lane, and closed there: nothing is taken away from under a drawing that still goes on. */
    private Artist load(Lane lane, InputPictures inputPictures) {
        Artist artist = artists.load(inputPictures);
        resources.add("artist", () -> lane.run(artist::close));
        return artist;
    }

    private Cancellations follow(KafkaClients kafka, Topics topics) {
        Cancellations cancellations = new Cancellations();
        CancellationFollower follower = resources.add(
                "cancellations", new CancellationFollower(kafka::follower, topics.cancellations(), cancellations));
        follower.start();
        // Whatever was cancelled while nobody worked must not be started first.
        try {
            follower.caughtUp().get(config.kafka().startTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new GenerationException(
                    ErrorCode.BROKER_UNAVAILABLE,
                    "The topic " + topics.cancellations() + " cannot be read within "
                            + config.kafka().startTimeout().toSeconds() + " s at "
                            + config.kafka().bootstrapServers(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GenerationException(ErrorCode.INTERRUPTED, "Stopped while starting", e);
        }
        return cancellations;
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
                download(),
                new InputPictures.Limits(
                        limits.maxInputBytes(), limits.maxInputPixels(), limits.maxSide(), limits.maxPixels()));
    }

    private Optional<PictureDownload> download() {
        WorkerConfig.UrlsSection urls = config.input().urls();
        if (!urls.enabled()) {
            return Optional.empty();
        }
        TargetRules rules = TargetRules.parse(
                urls.http(),
                urls.ports(),
                urls.allow().orElse(List.of()),
                urls.refuse().orElse(List.of()));
        TargetGuard guard = new TargetGuard(rules, new SystemResolver(urls.timeout()));
        return Optional.of(new PictureDownload(guard, urls.timeout()));
    }

    private Map<String, String> buckets() {
        Map<String, String> buckets = new HashMap<>(config.storage().buckets());
        buckets.put(ResultStore.DEFAULT_BUCKET, config.storage().bucket());
        return buckets;
    }

    private void prepareKafka(KafkaClients kafka, Topics topics) {
        ClusterSetup setup =
                new ClusterSetup(kafka.common(), topics, config.kafka().startTimeout());
        WorkerConfig.ConsumeSection consume = config.consume();
        boolean classic = consume.mode() == ConsumeMode.CLASSIC;
        if (config.kafka().createTopics()) {
            setup.createTopics(classic ? consume.classicPartitions() : 1);
        }
        if (!classic) {
            setup.configureShareGroup(consume.group(), consume.lock(), consume.brokerDeliveryLimit());
        }
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
        this.consumer = consumer;
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

    /** Hands back at once what is in hand, if the worker is stopping already. */
    void hurry() {
        JobConsumer running = consumer;
        if (running != null) {
            running.stop();
        }
    }

    /** Takes no more work, lets the job in hand end within the grace period, and closes everything. */
    @Override
    public void close() {
        state.enter(Phase.STOPPING);
        resources.close();
    }
}
