package io.atelier.bench.cluster;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.TopicPartition;

/** How many records a share group has not acknowledged for good. */
final class ShareGroupLag {
    private ShareGroupLag() {}

    /**
     * As the broker counts it; the start offset that it tells trails behind by what was acknowledged last.
     *
     * @param topics of one partition each
     */
    static long of(String brokers, String group, List<String> topics) throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
            List<TopicPartition> partitions =
                    topics.stream().map(topic -> new TopicPartition(topic, 0)).toList();
            Map<TopicPartition, SharePartitionOffsetInfo> offsets = admin.listShareGroupOffsets(
                            Map.of(group, new ListShareGroupOffsetsSpec().topicPartitions(partitions)))
                    .partitionsToOffsetInfo(group)
                    .get();
            return offsets.values().stream()
                    .filter(Objects::nonNull)
                    .mapToLong(info -> info.lag().orElseThrow())
                    .sum();
        }
    }
}
