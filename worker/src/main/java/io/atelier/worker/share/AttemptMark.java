package io.atelier.worker.share;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * How often the record that a consumer group has come to was started. Kept beside the committed offset, in the text that
 * Kafka lets a group keep there, so that whoever gets the partition next goes on counting, also when the last one died of
 * the record.
 *
 * @param offset   of the record
 * @param attempts 0 if it was never started
 */
record AttemptMark(long offset, int attempts) {
    private static final Pattern METADATA = Pattern.compile("attempt=(\\d{1,4})");

    /** @param committed null if the group never committed anything in this partition */
    static AttemptMark of(OffsetAndMetadata committed) {
        if (committed == null) {
            return new AttemptMark(0, 0);
        }
        Matcher mark = METADATA.matcher(committed.metadata());
        return new AttemptMark(committed.offset(), mark.matches() ? Integer.parseInt(mark.group(1)) : 0);
    }

    /** The mark of a record that is about to be started. */
    AttemptMark start(long record) {
        return new AttemptMark(record, record == offset ? attempts + 1 : 1);
    }

    /** For a start that is no fault of the record. */
    AttemptMark withoutLast() {
        return new AttemptMark(offset, attempts - 1);
    }

    OffsetAndMetadata toCommit() {
        return new OffsetAndMetadata(offset, attempts == 0 ? "" : "attempt=" + attempts);
    }

    /** What to commit once the record has met its end. */
    OffsetAndMetadata afterwards() {
        return new OffsetAndMetadata(offset + 1);
    }
}
