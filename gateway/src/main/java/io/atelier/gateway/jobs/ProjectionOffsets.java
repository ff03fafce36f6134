package io.atelier.gateway.jobs;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/** Up to where the topics were read. Written with what was read, they never go back. Thread safe. */
final class ProjectionOffsets {
    private static final String FIND = "SELECT topic, topic_partition, next_offset FROM projection_offset";
    private static final String INSERT = "INSERT INTO projection_offset"
            + " (next_offset, topic, topic_partition) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String UPDATE = "UPDATE projection_offset SET next_offset = GREATEST(next_offset, ?)"
            + " WHERE topic = ? AND topic_partition = ?";
    private static final String DELETE = "DELETE FROM projection_offset WHERE topic = ? AND topic_partition = ?";

    private final Sql sql;
    /** Partitions whose offset is in the store; one that is not any more means that the store was emptied. */
    private final Set<TopicPartition> stored = ConcurrentHashMap.newKeySet();

    ProjectionOffsets(Sql sql) {
        this.sql = sql;
    }

    /** In the caller's transaction. @throws JobsException if the store was emptied since {@link #next} was asked */
    void write(Connection connection, Map<TopicPartition, Long> nextOffsets) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(UPDATE);
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (Map.Entry<TopicPartition, Long> next : nextOffsets.entrySet()) {
                bind(update, next.getKey(), next.getValue());
                if (update.executeUpdate() == 0) {
                    if (stored.contains(next.getKey())) {
                        stored.clear();
                        throw JobsException.emptied();
                    }
                    bind(insert, next.getKey(), next.getValue());
                    insert.executeUpdate();
                }
            }
        }
    }

    private static void bind(PreparedStatement statement, TopicPartition partition, long next) throws SQLException {
        statement.setLong(1, next);
        statement.setString(2, partition.topic());
        statement.setInt(3, partition.partition());
    }

    /** The transaction of {@link #write} has ended well. */
    void committed(Map<TopicPartition, Long> nextOffsets) {
        stored.addAll(nextOffsets.keySet());
    }

    Map<TopicPartition, Long> next() {
        Map<TopicPartition, Long> offsets = read();
        stored.clear();
        stored.addAll(offsets.keySet());
        return offsets;
    }

    boolean wereForgotten() {
        return !read().keySet().containsAll(stored);
    }

    private Map<TopicPartition, Long> read() {
        return sql.call("read its offsets", connection -> {
            Map<TopicPartition, Long> read = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement(FIND);
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    read.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
                }
            }
            return read;
        });
    }

    void forget(TopicPartition partition) {
        sql.call("forget the offset of " + partition, connection -> {
            try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
                delete.setString(1, partition.topic());
                delete.setInt(2, partition.partition());
                return delete.executeUpdate();
            }
        });
        stored.remove(partition);
    }
}
