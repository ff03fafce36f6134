package io.atelier.gateway;

import io.atelier.error.GenerationException;
import io.atelier.gateway.api.EventStreams;
import io.atelier.gateway.config.EffectiveConfig;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.gateway.health.Watch;
import io.atelier.gateway.jobs.ChangeReader;
import io.atelier.gateway.jobs.GenerationUpdates;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.jobs.JobEventListener;
import io.atelier.gateway.jobs.Jobs;
import io.atelier.gateway.jobs.JobsException;
import io.atelier.gateway.jobs.RequestLog;
import io.atelier.gateway.jobs.Retention;
import io.atelier.gateway.jobs.SubmissionClaims;
import io.atelier.gateway.jobs.UpdateListener;
import io.atelier.gateway.kafka.Follower;
import io.atelier.gateway.kafka.KafkaClients;
import io.atelier.gateway.queue.QueueWatch;
import io.atelier.gateway.webhooks.Outbox;
import io.atelier.gateway.workers.LiveWorkers;
import io.atelier.gateway.workers.WorkersListener;
import io.atelier.job.Priority;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.message.WorkerCodec;
import io.atelier.process.ParentWatch;
import io.atelier.storage.ImageStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.CommandLineArguments;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.Config;

/** What runs in a gateway besides its HTTP calls, from start to stop. */
@Singleton
public class Gateway {
    private static final System.Logger LOG = System.getLogger(Gateway.class.getName());
    /** A transaction costs more than a record: at 1000 records a second ten of them share one. */
    private static final Duration PROJECTION_ROUND = Duration.ofMillis(10);

    private static final Duration BROKER_LOOKS = Duration.ofSeconds(3);
    private static final Duration STORAGE_LOOKS = Duration.ofSeconds(10);
    private static final String SMALLEST_REQUEST = "{\"input\":{\"prompt\":\"-\"}}";

    private final GatewayConfig config;
    private final KafkaClients clients;
    private final RequestParser parser;
    private final RequestLog requestLog;
    private final Jobs jobs;
    private final Generations generations;
    private final EventStreams streams;
    private final Watch brokerWatch;
    private final Watch storageWatch;
    private final JobEventListener listener;
    private final Follower projection;
    private final Follower updates;
    private final Follower heartbeats;
    private final ScheduledExecutorService housekeeping;
    private final Retention retention;

    public Gateway(
            GatewayConfig config,
            KafkaClients clients,
            Topics topics,
            ChangeReader reader,
            RequestParser parser,
            RequestLog requestLog,
            Jobs jobs,
            SubmissionClaims claims,
            GenerationUpdates news,
            Outbox outbox,
            Generations generations,
            EventStreams streams,
            ImageStore storage,
            LiveWorkers workers,
            QueueWatch queue,
            MeterRegistry metrics,
            ScheduledExecutorService housekeeping,
            Clock clock) {
        this.config = config;
        this.clients = clients;
        this.parser = parser;
        this.requestLog = requestLog;
        this.jobs = jobs;
        this.generations = generations;
        this.streams = streams;
        this.housekeeping = housekeeping;
        this.retention = new Retention(jobs, claims, config.store().retention(), clock);
        this.brokerWatch =
                new Watch("Kafka at " + config.kafka().bootstrapServers(), clients::brokerAnswers, BROKER_LOOKS);
        String bucket = config.storage().bucket();
        this.storageWatch = new Watch(
                "The object store at " + config.storage().endpoint(), () -> answers(storage, bucket), STORAGE_LOOKS);
        JobEventListener.Counter counter = (topic, readable) -> metrics.counter(
                        "atelier.projection.records", "topic", topic, "outcome", readable ? "read" : "passed_over")
                .increment();
        this.listener = new JobEventListener(jobs, reader, topics, counter);
        this.projection = new Follower("projection", clients::groupMember, listener, clock, PROJECTION_ROUND);
        this.updates =
                new Follower("updates", clients::observer, new UpdateListener(reader, news, outbox, topics), clock);
        this.heartbeats = new Follower(
                "heartbeats",
                clients::observer,
                new WorkersListener(new WorkerCodec(topics, GatewayBeans.SOURCE), workers, topics),
                clock);
        metrics.gauge("atelier.workers.taking.work", workers, LiveWorkers::takingWork);
        metrics.gauge("atelier.event.listeners", news, GenerationUpdates::listeners);
        metrics.gauge("atelier.projection.lag", listener, JobEventListener::lag);
        for (Priority priority : Priority.values()) {
            Tags tags = Tags.of("priority", priority.wireName());
            metrics.gauge("atelier.queue.depth", tags, queue, of -> of.depth(priority));
        }
        metrics.gauge("atelier.broker.reachable", brokerWatch, watch -> watch.reachable() ? 1 : 0);
        metrics.gauge("atelier.storage.reachable", storageWatch, watch -> watch.reachable() ? 1 : 0);
    }

    private static boolean answers(ImageStore storage, String bucket) {
        try {
            storage.prepareBucket(bucket, false);
            return true;
        } catch (GenerationException e) {
            return false;
        }
    }

    void start(
            @Observes StartupEvent started,
            Config settings,
            ShortCommands commands,
            @CommandLineArguments String[] arguments) {
        LOG.log(Level.INFO, "Configuration: " + EffectiveConfig.describe(settings));
        if (arguments.length > 0) {
            Quarkus.asyncExit(commands.run(List.of(arguments)));
            return;
        }
        config.parentPid().ifPresent(pid -> ParentWatch.onParentExit(pid, Quarkus::asyncExit));
        clients.prepareCluster();
        updates.start();
        projection.start();
        heartbeats.start();
        brokerWatch.start();
        storageWatch.start();
        housekeeping.scheduleWithFixedDelay(this::forgetTheOld, 1, 60, TimeUnit.MINUTES);
        housekeeping.execute(this::warmUp);
    }

    private void forgetTheOld() {
        try {
            retention.sweep();
        } catch (JobsException e) {
            LOG.log(Level.WARNING, "Old generations are kept for now: " + e.getMessage());
        }
    }

    /** So that the first caller need not wait for the schemas to be read and the producer to find its topics. */
    private void warmUp() {
        parser.parse(RequestParser.readObject(SMALLEST_REQUEST.getBytes(StandardCharsets.UTF_8)));
        requestLog.prepare();
    }

    /** Whoever would wait for longer than the calls under way are waited for is told now how things stand. */
    void beginToStop(@Observes ShutdownDelayInitiatedEvent asked) {
        streams.close();
        generations.stopWaiting();
    }

    void stop(@Observes ShutdownEvent stopped) {
        brokerWatch.close();
        storageWatch.close();
        heartbeats.close();
        updates.close();
        projection.close();
    }

    /** The loops that must be running. */
    public List<Follower> followers() {
        return List.of(projection, updates);
    }

    public boolean brokerReachable() {
        return brokerWatch.reachable();
    }

    public boolean storageReachable() {
        return storageWatch.reachable();
    }

    /** Whether the store has every event that was there when this gateway began to read. */
    public boolean caughtUp() {
        return listener.caughtUp();
    }

    /** Records that the store does not know yet. */
    public long projectionLag() {
        return listener.lag();
    }
}
