package io.atelier.worker.consume;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A request record in a worker's hands.
 *
 * @param attempt how often the record was handed out, this time included
 */
public record Delivery(ConsumerRecord<byte[], byte[]> record, int attempt) {
    public static Delivery of(ConsumerRecord<byte[], byte[]> record) {
        return new Delivery(record, record.deliveryCount().map(Short::intValue).orElse(1));
    }

    /** Where the record stands, for logs. */
    public String place() {
        return record.topic() + "-" + record.partition() + "@" + record.offset();
    }
}
