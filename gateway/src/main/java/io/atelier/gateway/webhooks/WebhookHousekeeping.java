package io.atelier.gateway.webhooks;

import io.micrometer.core.instrument.MeterRegistry;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Counts what waits and forgets what is old. Beside the deliveries, which never wait for it. */
final class WebhookHousekeeping implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WebhookHousekeeping.class.getName());
    private static final Duration COUNT = Duration.ofSeconds(5);
    private static final int RECEIVERS_AT_ONCE = 500;
    private static final Duration TIDY = Duration.ofMinutes(1);

    private final WebhookStore store;
    private final Duration retention;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final List<Future<?>> tasks = new ArrayList<>();
    private volatile WebhookStore.Backlog backlog = new WebhookStore.Backlog(0, Optional.empty());

    /** @param retention of messages that have ended, from the end of their longest life on */
    WebhookHousekeeping(
            WebhookStore store,
            Duration retention,
            ScheduledExecutorService timer,
            MeterRegistry metrics,
            Clock clock) {
        this.store = store;
        this.retention = retention;
        this.timer = timer;
        this.clock = clock;
        metrics.gauge("atelier.webhooks.backlog", this, any -> any.backlog.messages());
        metrics.gauge("atelier.webhooks.backlog.age.seconds", this, WebhookHousekeeping::backlogAge);
    }

    void start() {
        every(COUNT, () -> backlog = store.backlog());
        every(TIDY, this::tidy);
    }

    private void every(Duration pause, Runnable task) {
        tasks.add(timer.scheduleWithFixedDelay(() -> attempt(task), 0, pause.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** A store that is away is the deliveries' matter to complain of. */
    private static void attempt(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "Not done this time", e);
        }
    }

    private void tidy() {
        Instant now = clock.instant();
        store.tidy(now, now.minus(retention).minus(WebhookStore.LIFE));
        store.receivers().forgetUnused(now, RECEIVERS_AT_ONCE);
    }

    private double backlogAge() {
        return backlog.oldest()
                .map(oldest -> Duration.between(oldest, clock.instant()).toMillis() / 1000.0)
                .orElse(0.0);
    }

    @Override
    public void close() {
        tasks.forEach(task -> task.cancel(false));
    }
}
