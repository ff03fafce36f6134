package io.atelier.gateway.kafka;

import java.lang.System.Logger.Level;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Knows whether the broker answers, and says in the log when that changes. */
public final class BrokerWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BrokerWatch.class.getName());
    private static final int SECONDS_BETWEEN = 3;

    private final KafkaClients clients;
    private final String address;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "broker-watch");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean reachable = true;

    public BrokerWatch(KafkaClients clients, String address) {
        this.clients = clients;
        this.address = address;
    }

    public BrokerWatch start() {
        timer.scheduleWithFixedDelay(this::look, SECONDS_BETWEEN, SECONDS_BETWEEN, TimeUnit.SECONDS);
        return this;
    }

    public boolean reachable() {
        return reachable;
    }

    private void look() {
        boolean answers = clients.brokerAnswers();
        if (answers != reachable && !timer.isShutdown()) {
            reachable = answers;
            LOG.log(
                    answers ? Level.INFO : Level.WARNING,
                    answers ? "Kafka answers again at " + address : "Kafka does not answer at " + address);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
