package io.atelier.worker.observe;

import io.atelier.job.WorkerStatus;
import io.atelier.message.WorkerCodec;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how a worker is: from time to time, at once after a change, and at a clean stop that it has left. A heartbeat that is
 * lost does no harm, so nothing waits for one.
 */
public final class Heartbeat implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    private static final Duration LEAVE = Duration.ofSeconds(2);

    private final Supplier<WorkerStatus> status;
    private final Producer<byte[], byte[]> producer;
    private final WorkerCodec codec;
    private final String worker;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Heartbeat::thread);
    private final AtomicBoolean due = new AtomicBoolean();

    /** @param producer not owned */
    public Heartbeat(
            Supplier<WorkerStatus> status, Producer<byte[], byte[]> producer, WorkerCodec codec, String worker) {
        this.status = status;
        this.producer = producer;
        this.codec = codec;
        this.worker = worker;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "heartbeat");
        thread.setDaemon(true);
        return thread;
    }

    /** Begins with the first heartbeat. */
    public void start(Duration interval) {
        timer.scheduleAtFixedRate(this::beat, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Something has changed: to be told soon, together with what else changes until then. Returns at once. */
    public void changed() {
        if (due.compareAndSet(false, true)) {
            try {
                timer.execute(() -> {
                    due.set(false);
                    beat();
                });
            } catch (RejectedExecutionException e) {
                LOG.debug("Stopped already");
            }
        }
    }

    private void beat() {
        try {
            send(codec.write(status.get()));
        } catch (RuntimeException e) {
            // A timer whose task throws stops for ever.
            LOG.debug("No heartbeat: {}", e.toString());
        }
    }

    private void send(ProducerRecord<byte[], byte[]> heartbeat) {
        producer.send(heartbeat, (metadata, e) -> {
            if (e != null) {
                LOG.debug("The heartbeat was not stored: {}", e.getMessage());
            }
        });
    }

    /** Says that the worker has left; waits for the broker for a moment. */
    @Override
    public void close() throws InterruptedException {
        timer.shutdownNow();
        timer.awaitTermination(LEAVE.toMillis(), TimeUnit.MILLISECONDS);
        try {
            producer.send(codec.writeGone(worker)).get(LEAVE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.info("Left without saying so: {}", e.toString());
        }
    }
}
