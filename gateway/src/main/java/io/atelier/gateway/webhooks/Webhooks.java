package io.atelier.gateway.webhooks;

import io.atelier.gateway.DaemonThreads;
import io.atelier.gateway.webhooks.WebhookDispatcher.Capacity;
import io.atelier.net.TargetGuard;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.CommandLineArguments;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Delivers webhooks on threads of its own as long as the gateway runs. */
@Singleton
public class Webhooks {
    private static final System.Logger LOG = System.getLogger(Webhooks.class.getName());
    private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "::", "[::]");
    private static final Duration POLL = Duration.ofMillis(250);

    private final WebhookConfig config;
    private final Outbox outbox;
    private final WebhookHousekeeping housekeeping;
    private final ExecutorService pool;
    private final WebhookDispatcher dispatcher;
    private final Semaphore bell = new Semaphore(0);
    private final Thread loop = new Thread(this::run, "webhooks");
    private volatile boolean stopping;
    private String lastFailure;

    public Webhooks(
            WebhookConfig config,
            WebhookStore store,
            Outbox outbox,
            TargetGuard guard,
            WebhookSigner signer,
            WebhookView view,
            MeterRegistry metrics,
            ScheduledExecutorService timer,
            Tracer tracer,
            Clock clock,
            @ConfigProperty(name = "quarkus.http.host", defaultValue = "localhost") String host,
            @ConfigProperty(name = "quarkus.http.port", defaultValue = "8080") int port) {
        this.config = config;
        this.outbox = outbox;
        this.housekeeping = new WebhookHousekeeping(store, config.retention(), timer, metrics, clock);
        this.pool = DaemonThreads.pool("webhook", config.threads());
        WebhookSender sender = new HttpWebhookSender(
                guard, HttpWebhookSender.client(guard, config.timeout()).build(), signer, view, base(host, port));
        this.dispatcher = new WebhookDispatcher(
                "gateway-" + UUID.randomUUID(),
                store,
                new TracedWebhookSender(sender, tracer),
                new RetrySchedule(new SecureRandom()),
                pool,
                new Capacity(config.threads(), config.perReceiver()),
                clock,
                (message, outcome, startedAt) -> metrics.counter(
                                "atelier.webhooks.attempts",
                                "outcome",
                                outcome.kind().wireName())
                        .increment());
    }

    /** What URLs in messages begin with, unless that is configured: no call says under which name we are found. */
    static URI base(String host, int port) {
        return URI.create("http://" + (WILDCARDS.contains(host) ? ownName() : host) + ':' + port + '/');
    }

    private static String ownName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    void start(@Observes StartupEvent started, @CommandLineArguments String[] arguments) {
        if (arguments.length > 0) {
            // A command, not a gateway; it may lack the secrets.
            return;
        }
        outbox.onNews(bell::release);
        dispatcher.onRoom(bell::release);
        housekeeping.start();
        loop.setDaemon(true);
        loop.start();
    }

    private void run() {
        while (!stopping) {
            try {
                outbox.flushProgress();
                dispatcher.round();
                lastFailure = null;
            } catch (RuntimeException e) {
                complain(e);
            }
            await();
        }
    }

    /** Once for each kind of failure: a store can be away for long. */
    private void complain(RuntimeException e) {
        String failure = e.getClass().getSimpleName() + ": " + e.getMessage();
        LOG.log(failure.equals(lastFailure) ? Level.DEBUG : Level.WARNING, "Webhooks wait after " + failure);
        lastFailure = failure;
    }

    private void await() {
        try {
            bell.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
            bell.drainPermits();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }

    /** Lets what is under way end, for a while; the rest is delivered by another gateway, or after the next start. */
    void stop(@Observes ShutdownEvent stopped) throws InterruptedException {
        stopping = true;
        housekeeping.close();
        bell.release();
        loop.join(config.grace().toMillis());
        dispatcher.stop(config.grace());
        pool.shutdownNow();
    }
}
