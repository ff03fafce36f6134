package io.atelier.worker.share;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ShareFetchResponse;
import org.apache.kafka.common.utils.Utils;

/**
 * What a broker locked for a member in one partition. The answer to a fetch holds whole batches; only the offsets that it
 * calls acquired are the member's.
 *
 * @param records with their delivery counts
 * @param gaps    offsets that hold no record
 * @param corrupt offsets in batches that cannot be read
 */
record AcquiredRecords(List<ConsumerRecord<byte[], byte[]>> records, List<Long> gaps, List<Long> corrupt) {

    static AcquiredRecords of(TopicPartition partition, PartitionData data) {
        Map<Long, Short> deliveries = deliveries(data);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        List<Long> corrupt = new ArrayList<>();
        if (!deliveries.isEmpty()) {
            for (RecordBatch batch : ShareFetchResponse.recordsOrFail(data).batches()) {
                read(partition, batch, deliveries, records, corrupt);
            }
        }
        return new AcquiredRecords(records, List.copyOf(deliveries.keySet()), corrupt);
    }

    private static Map<Long, Short> deliveries(PartitionData data) {
        Map<Long, Short> deliveries = new HashMap<>();
        data.acquiredRecords().forEach(range -> {
            for (long offset = range.firstOffset(); offset <= range.lastOffset(); offset++) {
                deliveries.put(offset, range.deliveryCount());
            }
        });
        return deliveries;
    }

    /** Takes from {@code deliveries} what was found. */
    private static void read(
            TopicPartition partition,
            RecordBatch batch,
            Map<Long, Short> deliveries,
            List<ConsumerRecord<byte[], byte[]>> records,
            List<Long> corrupt) {
        if (batch.isControlBatch()) {
            return;
        }
        try {
            batch.ensureValid();
            for (Record record : batch) {
                Short delivery = deliveries.remove(record.offset());
                if (delivery != null) {
                    records.add(toConsumerRecord(partition, batch, record, delivery));
                }
            }
        } catch (CorruptRecordException e) {
            for (long offset = batch.baseOffset(); offset <= batch.lastOffset(); offset++) {
                if (deliveries.remove(offset) != null) {
                    corrupt.add(offset);
                }
            }
        }
    }

    private static ConsumerRecord<byte[], byte[]> toConsumerRecord(
            TopicPartition partition, RecordBatch batch, Record record, short delivery) {
        byte[] key = bytes(record.key());
        byte[] value = bytes(record.value());
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                record.offset(),
                record.timestamp(),
                batch.timestampType(),
                size(key),
                size(value),
                key,
                value,
                new RecordHeaders(record.headers()),
                Optional.of(batch.partitionLeaderEpoch()),
                Optional.of(delivery));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        return buffer == null ? null : Utils.toArray(buffer);
    }

    private static int size(byte[] bytes) {
        return bytes == null ? ConsumerRecord.NULL_SIZE : bytes.length;
    }
}
