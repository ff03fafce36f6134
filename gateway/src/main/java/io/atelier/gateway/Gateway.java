package io.atelier.gateway;

import io.atelier.gateway.config.EffectiveConfig;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.gateway.jobs.ChangeReader;
import io.atelier.gateway.jobs.GenerationUpdates;
import io.atelier.gateway.jobs.JobEventListener;
import io.atelier.gateway.jobs.Jobs;
import io.atelier.gateway.jobs.RequestLog;
import io.atelier.gateway.jobs.UpdateListener;
import io.atelier.gateway.kafka.BrokerWatch;
import io.atelier.gateway.kafka.Follower;
import io.atelier.gateway.kafka.KafkaClients;
import io.atelier.gateway.webhooks.Outbox;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.process.ParentWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.eclipse.microprofile.config.Config;

/** What runs in a gateway besides its HTTP calls, from start to stop. */
@Singleton
public class Gateway {
    private static final System.Logger LOG = System.getLogger(Gateway.class.getName());
    private static final String SMALLEST_REQUEST = "{\"input\":{\"prompt\":\"-\"}}";

    private final GatewayConfig config;
    private final KafkaClients clients;
    private final RequestParser parser;
    private final RequestLog requestLog;
    private final BrokerWatch watch;
    private final Follower projection;
    private final Follower updates;

    public Gateway(
            GatewayConfig config,
            KafkaClients clients,
            Topics topics,
            ChangeReader reader,
            RequestParser parser,
            RequestLog requestLog,
            Jobs jobs,
            GenerationUpdates news,
            Outbox outbox,
            MeterRegistry metrics,
            Clock clock) {
        this.config = config;
        this.clients = clients;
        this.parser = parser;
        this.requestLog = requestLog;
        this.watch = new BrokerWatch(clients, config.kafka().bootstrapServers());
        JobEventListener.Counter counter = (topic, readable) -> metrics.counter(
                        "atelier.projection.records", "topic", topic, "outcome", readable ? "read" : "passed_over")
                .increment();
        this.projection = new Follower(
                "projection",
                clients::groupMember,
                new JobEventListener(jobs, reader, requestLog, topics, counter),
                clock);
        this.updates =
                new Follower("updates", clients::observer, new UpdateListener(reader, news, outbox, topics), clock);
        metrics.gauge("atelier.event.listeners", news, GenerationUpdates::listeners);
    }

    void start(@Observes StartupEvent started, Config settings, ExecutorService executor) {
        LOG.log(Level.INFO, "Configuration: " + EffectiveConfig.describe(settings));
        config.parentPid().ifPresent(pid -> ParentWatch.onParentExit(pid, Quarkus::asyncExit));
        clients.prepareCluster();
        updates.start();
        projection.start();
        watch.start();
        executor.execute(this::warmUp);
    }

    /** So that the first caller need not wait for the schemas to be read and the producer to find its topics. */
    private void warmUp() {
        parser.parse(RequestParser.readObject(SMALLEST_REQUEST.getBytes(StandardCharsets.UTF_8)));
        requestLog.prepare();
    }

    void stop(@Observes ShutdownEvent stopped) {
        watch.close();
        updates.close();
        projection.close();
    }

    /** The loops that must be running. */
    public List<Follower> followers() {
        return List.of(projection, updates);
    }

    public boolean brokerReachable() {
        return watch.reachable();
    }
}
