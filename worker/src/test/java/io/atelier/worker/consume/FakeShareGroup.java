package io.atelier.worker.consume;

import io.atelier.worker.share.HeldRecord;
import io.atelier.worker.share.ShareGroup;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InvalidRecordStateException;

/** Topics in memory; what is asked and told is kept. */
final class FakeShareGroup implements ShareGroup {
    final List<List<String>> asked = Collections.synchronizedList(new ArrayList<>());
    volatile boolean refusing;
    volatile boolean closed;
    volatile int beats;
    volatile int taken;
    volatile int renewals;
    private final BlockingQueue<AcknowledgeType> ends = new LinkedBlockingQueue<>();
    private final Map<String, Deque<byte[]>> waiting = new LinkedHashMap<>();

    synchronized void send(String topic, String value) {
        waiting.computeIfAbsent(topic, name -> new ArrayDeque<>()).add(value.getBytes());
        notifyAll();
    }

    /** Waits for the next acknowledgement that ends a lock; null if none comes. */
    AcknowledgeType end() throws InterruptedException {
        return ends.poll(10, TimeUnit.SECONDS);
    }

    @Override
    public synchronized Optional<HeldRecord> take(List<String> topics, Duration patience) {
        asked.add(topics);
        Optional<HeldRecord> first = first(topics);
        if (first.isEmpty() && !patience.isZero()) {
            try {
                wait(patience.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return first(topics);
        }
        return first;
    }

    private Optional<HeldRecord> first(List<String> topics) {
        for (String topic : topics) {
            Deque<byte[]> records = waiting.getOrDefault(topic, new ArrayDeque<>());
            if (!records.isEmpty()) {
                byte[] id = ("job-" + taken).getBytes();
                ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(topic, 0, taken, id, records.poll());
                taken++;
                return Optional.of(new HeldRecord(record, this::tell));
            }
        }
        return Optional.empty();
    }

    private void tell(AcknowledgeType type) {
        if (refusing) {
            throw new InvalidRecordStateException("not yours");
        }
        if (type == AcknowledgeType.RENEW) {
            renewals++;
        } else {
            ends.add(type);
        }
    }

    @Override
    public void stayMember() {
        beats++;
    }

    @Override
    public void close() {
        closed = true;
    }
}
