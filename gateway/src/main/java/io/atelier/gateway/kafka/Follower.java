package io.atelier.gateway.kafka;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Follows topics on a thread of its own until it is closed. Whatever goes wrong, a broker or a store that is away included,
 * ends the consumer; after a pause a new one starts from where its {@link Handler} says.
 */
public final class Follower implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Follower.class.getName());
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration STOP = Duration.ofSeconds(3);

    /** What to follow, and what to do with it. All calls come from the follower's thread, which owns the consumer. */
    public interface Handler {
        /** Subscribes or assigns. */
        void start(Consumer<byte[], byte[]> consumer);

        /** Called after every poll, also when it brought nothing. */
        void handle(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records);
    }

    private final String name;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Handler handler;
    private final Clock clock;
    private final Duration leastRound;
    private final Thread thread;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Consumer<byte[], byte[]> current;
    private volatile boolean ready;
    private volatile Instant lastRound;
    private String lastFailure;

    /** Handles records as soon as they are there. */
    public Follower(String name, Supplier<Consumer<byte[], byte[]>> consumers, Handler handler, Clock clock) {
        this(name, consumers, handler, clock, Duration.ZERO);
    }

    /**
     * @param leastRound from one poll that brings records to the next, so that more come together. The first record after a
     *     silence does not wait; one that comes later can wait for two rounds, since the broker answers the fetch that is
     *     under way with the first record that it gets
     */
    public Follower(
            String name,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Handler handler,
            Clock clock,
            Duration leastRound) {
        this.name = name;
        this.consumers = consumers;
        this.handler = handler;
        this.clock = clock;
        this.leastRound = leastRound;
        this.lastRound = clock.instant();
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    public Follower start() {
        thread.start();
        return this;
    }

    public String name() {
        return name;
    }

    /** Whether it has its partitions and reads them. */
    public boolean ready() {
        return ready;
    }

    /** When the loop last came round. */
    public Instant lastRound() {
        return lastRound;
    }

    private void run() {
        while (stopped.getCount() > 0) {
            try (Consumer<byte[], byte[]> consumer = consumers.get()) {
                current = consumer;
                handler.start(consumer);
                follow(consumer);
            } catch (WakeupException e) {
                // close() was called.
            } catch (RuntimeException e) {
                complain(e);
            } finally {
                ready = false;
                current = null;
            }
            pause(PAUSE.toNanos());
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer) {
        while (stopped.getCount() > 0) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            long begin = System.nanoTime();
            handler.handle(consumer, records);
            lastRound = clock.instant();
            if (!ready && !consumer.assignment().isEmpty()) {
                ready = true;
                LOG.log(Level.INFO, name + " follows " + consumer.assignment().size() + " partitions");
                lastFailure = null;
            }
            if (!records.isEmpty()) {
                pause(leastRound.toNanos() - (System.nanoTime() - begin));
            }
        }
    }

    /** Once per kind of failure: a broker can be away for long. */
    private void complain(RuntimeException e) {
        lastRound = clock.instant();
        String failure = e.getClass().getSimpleName() + ": " + e.getMessage();
        LOG.log(failure.equals(lastFailure) ? Level.DEBUG : Level.WARNING, name + " starts anew after " + failure);
        LOG.log(Level.DEBUG, name, e);
        lastFailure = failure;
    }

    private void pause(long nanos) {
        try {
            stopped.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            stopped.countDown();
        }
    }

    /** Ends the loop after the record in hand. */
    @Override
    public void close() {
        stopped.countDown();
        Consumer<byte[], byte[]> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            thread.join(STOP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            thread.interrupt();
        }
    }
}
