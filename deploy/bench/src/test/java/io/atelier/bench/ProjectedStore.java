package io.atelier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.testing.Postgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** What the topics say, and what a store and a gateway on it have made of that. */
final class ProjectedStore {
    private ProjectedStore() {}

    /** Where the topics end. */
    static Map<TopicPartition, Long> ends(SimulatedCluster cluster) {
        Map<TopicPartition, Long> ends = new HashMap<>(
                TopicReader.read(cluster.kafka(), SimulatedCluster.TOPICS).offsets());
        ends.values().removeIf(end -> end == 0);
        return ends;
    }

    /** Up to where the store has every record, as it says itself. */
    static Map<TopicPartition, Long> offsets(Postgres.Database store) throws SQLException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try (Connection connection = DriverManager.getConnection(store.url(), store.user(), store.password());
                ResultSet row = connection
                        .createStatement()
                        .executeQuery("SELECT topic, topic_partition, next_offset FROM projection_offset")) {
            while (row.next()) {
                offsets.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
            }
        }
        // Of partitions that were looked at and are empty.
        offsets.values().removeIf(next -> next == 0);
        return offsets;
    }

    static void assertSame(Set<String> accepted, TopicReader.Contents topics, GatewayProgram gateway) throws Exception {
        assertThat(topics.requested()).containsExactlyInAnyOrderElementsOf(accepted);
        assertThat(topics.ends().keySet()).containsExactlyInAnyOrderElementsOf(accepted);

        Map<String, JsonNode> known = new HashMap<>();
        String cursor = "";
        do {
            JsonNode page = gateway.json("/v1/generations?limit=100" + cursor);
            for (JsonNode generation : page.path("generations")) {
                assertThat(known.put(generation.path("id").textValue(), generation))
                        .as("a generation on two pages")
                        .isNull();
            }
            cursor = page.path("next_cursor").isTextual()
                    ? "&cursor=" + page.path("next_cursor").textValue()
                    : null;
        } while (cursor != null);
        Set<String> ids = new HashSet<>(accepted);
        assertThat(known.keySet()).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(ids)
                .allSatisfy(id -> assertThat(plain(known.get(id)))
                        .isEqualTo(plain(topics.ends().get(id))));
    }

    /** Without what the gateway adds for its callers. */
    private static JsonNode plain(JsonNode generation) {
        ObjectNode plain = generation.deepCopy();
        plain.remove("urls");
        plain.path("output").forEach(image -> ((ObjectNode) image).remove("url"));
        return plain;
    }
}
