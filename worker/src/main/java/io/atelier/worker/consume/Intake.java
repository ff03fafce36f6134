package io.atelier.worker.consume;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The request topics, asked one after the other, the most urgent first. Belongs to one thread.
 *
 * <p>Each topic has a consumer of its own. Kafka deals the partitions of all topics of a subscription out evenly, so that
 * with one consumer for three one-partition topics two workers would never share a topic; and one fetch over several
 * topics knows no order of urgency.
 *
 * <p>The price: a fetch that was on its way when another topic gave a job may lock a second record, a <em>stray</em>. It is
 * looked for and released, at growing intervals, since a look that finds nothing sends another fetch.
 */
final class Intake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    /**
     * A little more than a fetch waits at the broker. A client that is polled while a fetch is on its way sends another one as
     * soon as that is back, and may lock a second record behind the first.
     */
    private static final Duration GLANCE = Duration.ofMillis(60);
    /** Long enough to know that a topic is empty: a fetch that waits at the broker, its way there and back, and some more. */
    private static final Duration PROOF = Duration.ofMillis(200);

    private static final Duration FIRST_LOOK = Duration.ofMillis(100);
    private static final int LOOK_GROWTH = 10;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Supplier<ShareConsumer<byte[], byte[]>> consumers;
    private final Duration fresh;
    private final LongSupplier nanoTime;
    private final List<Source> sources = new ArrayList<>();
    private long lookedAt;
    private Duration untilLook = FIRST_LOOK;
    /** All topics were empty when we last asked them. */
    private boolean idle;

    private static final class Source {
        final String topic;
        ShareConsumer<byte[], byte[]> consumer;
        long polledAt;
        /** A poll that gives nothing leaves a fetch on its way; one that gives a record does not. */
        boolean fetching;

        Source(String topic) {
            this.topic = topic;
        }
    }

    /**
     * @param topics the most urgent first
     * @param fresh  how long a record may have lain in a client's buffer and still be trusted to be ours
     * @param nanoTime a clock that only moves forward
     */
    Intake(
            Supplier<ShareConsumer<byte[], byte[]>> consumers,
            List<String> topics,
            Duration fresh,
            LongSupplier nanoTime) {
        this.consumers = consumers;
        this.fresh = fresh;
        this.nanoTime = nanoTime;
        topics.forEach(topic -> sources.add(new Source(topic)));
        try {
            sources.forEach(this::subscribe);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void subscribe(Source source) {
        source.consumer = consumers.get();
        source.consumer.subscribe(List.of(source.topic));
        source.polledAt = nanoTime.getAsLong();
    }

    /** Waits for a record, for about so long; not much less than it takes to prove all topics empty. */
    Optional<HeldRecord> next(Duration patience) {
        long start = nanoTime.getAsLong();
        do {
            for (Source source : sources) {
                Optional<HeldRecord> taken = take(source, patience(source));
                if (taken.isPresent()) {
                    lookedAt = nanoTime.getAsLong();
                    untilLook = FIRST_LOOK;
                    idle = false;
                    return taken;
                }
            }
            idle = true;
        } while (nanoTime.getAsLong() - start < patience.toNanos());
        return Optional.empty();
    }

    /**
     * After a job a topic must prove to be empty before the less urgent one is asked: asked too early, it would lock a stray
     * again and again as long as both have work. For the most urgent one a glance has to do, or every job would wait.
     */
    private Duration patience(Source source) {
        return idle || source == sources.get(0) ? GLANCE : PROOF;
    }

    private Optional<HeldRecord> take(Source source, Duration patience) {
        boolean buffered = source.fetching && nanoTime.getAsLong() - source.polledAt > fresh.toNanos();
        Optional<HeldRecord> taken = poll(source, patience);
        if (taken.isPresent() && buffered && !taken.get().renew()) {
            LOG.warn(
                    "Lost the lock on {} before its job began",
                    taken.get().delivery().place());
            replace(taken.get());
            return Optional.empty();
        }
        return taken;
    }

    /** At most one: consumers are set up to be given no more. */
    private Optional<HeldRecord> poll(Source source, Duration patience) {
        source.polledAt = nanoTime.getAsLong();
        source.fetching = true;
        for (ConsumerRecord<byte[], byte[]> record : source.consumer.poll(patience)) {
            source.fetching = false;
            return Optional.of(new HeldRecord(source.consumer, record));
        }
        return Optional.empty();
    }

    /** Gives other workers what was locked for us beside the record in hand. To be called often; mostly does nothing. */
    void releaseStrays(HeldRecord inHand) {
        if (nanoTime.getAsLong() - lookedAt < untilLook.toNanos()) {
            return;
        }
        for (Source source : sources) {
            if (source.fetching && !inHand.isFrom(source.consumer)) {
                poll(source, Duration.ZERO).ifPresent(HeldRecord::giveBack);
            }
        }
        lookedAt = nanoTime.getAsLong();
        untilLook = untilLook.multipliedBy(LOOK_GROWTH);
    }

    /** After a lost lock: the client still counts the record as its own, and would give nothing else. */
    void replace(HeldRecord lost) {
        for (Source source : sources) {
            if (lost.isFrom(source.consumer)) {
                close(source);
                subscribe(source);
            }
        }
    }

    @Override
    public void close() {
        sources.forEach(Intake::close);
    }

    /** Within a bound: a member that the group has put out would wait long for answers that nobody sends. */
    private static void close(Source source) {
        if (source.consumer == null) {
            return;
        }
        try {
            source.consumer.close(CLOSE_LIMIT);
        } catch (KafkaException e) {
            LOG.warn("The share consumer of {} did not close cleanly: {}", source.topic, e.getMessage());
        }
        source.consumer = null;
    }
}
