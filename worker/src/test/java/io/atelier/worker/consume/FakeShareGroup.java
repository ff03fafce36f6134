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
    final BlockingQueue<AcknowledgeType> told = new LinkedBlockingQueue<>();
    volatile boolean refusing;
    volatile boolean closed;
    volatile int beats;
    private final Map<String, Deque<byte[]>> waiting = new LinkedHashMap<>();
    private long offset;

    synchronized void send(String topic, String value) {
        waiting.computeIfAbsent(topic, name -> new ArrayDeque<>()).add(value.getBytes());
    }

    /** Waits for what is told next, renewals left out. */
    AcknowledgeType end() throws InterruptedException {
        AcknowledgeType next = AcknowledgeType.RENEW;
        while (next == AcknowledgeType.RENEW) {
            next = told.poll(10, TimeUnit.SECONDS);
        }
        return next;
    }

    @Override
    public synchronized Optional<HeldRecord> take(List<String> topics, Duration patience) {
        asked.add(topics);
        for (String topic : topics) {
            Deque<byte[]> records = waiting.getOrDefault(topic, new ArrayDeque<>());
            if (!records.isEmpty()) {
                ConsumerRecord<byte[], byte[]> record =
                        new ConsumerRecord<>(topic, 0, offset++, "job".getBytes(), records.poll());
                return Optional.of(new HeldRecord(record, this::tell));
            }
        }
        return Optional.empty();
    }

    private void tell(AcknowledgeType type) {
        if (refusing) {
            throw new InvalidRecordStateException("not yours");
        }
        told.add(type);
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
