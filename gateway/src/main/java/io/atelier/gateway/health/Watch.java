package io.atelier.gateway.health;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Knows whether a part that the gateway leans on answers, and says in the log when that changes. */
public final class Watch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Watch.class.getName());

    private final String part;
    private final BooleanSupplier answers;
    private final Duration between;
    private final ScheduledExecutorService timer;
    private volatile boolean reachable = true;

    /**
     * @param part    for the log, such as {@code Kafka at host:9092}
     * @param answers may block
     */
    public Watch(String part, BooleanSupplier answers, Duration between) {
        this.part = part;
        this.answers = answers;
        this.between = between;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "watch of " + part);
            thread.setDaemon(true);
            return thread;
        });
    }

    public Watch start() {
        timer.scheduleWithFixedDelay(this::look, between.toMillis(), between.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /** As of the latest look. */
    public boolean reachable() {
        return reachable;
    }

    void look() {
        boolean now = answers.getAsBoolean();
        if (now != reachable && !timer.isShutdown()) {
            reachable = now;
            LOG.log(now ? Level.INFO : Level.WARNING, part + (now ? " answers again" : " does not answer"));
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
