package io.atelier.worker.consume;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A request record in a worker's hands.
 *
 * @param count   how often the record was handed out, this time included
 * @param replay  how often the request was put back from the dead letters; each time as a new record
 * @param earlier how often its earlier records were handed out, all together
 */
public record Delivery(ConsumerRecord<byte[], byte[]> record, int count, int replay, int earlier) {
    /** What the dead letter command adds when it puts a record back. */
    static final String REPLAY_HEADER = "atelier_replay";

    static final String EARLIER_HEADER = "atelier_attempts";

    public static Delivery of(ConsumerRecord<byte[], byte[]> record) {
        return new Delivery(
                record,
                record.deliveryCount().map(Short::intValue).orElse(1),
                number(record, REPLAY_HEADER),
                number(record, EARLIER_HEADER));
    }

    /** Whatever stands in a header of a stranger, it is no reason to refuse the request. */
    private static int number(ConsumerRecord<byte[], byte[]> record, String header) {
        Header found = record.headers().lastHeader(header);
        String text = found == null || found.value() == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
        return text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
    }

    /** As events count: on and on, also over replays. */
    public int attempt() {
        return earlier + count;
    }

    /** Where the record stands, for logs. */
    public String place() {
        return record.topic() + "-" + record.partition() + "@" + record.offset();
    }
}
