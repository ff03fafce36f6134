package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.Map;

/** A row for each entry of a generation's metadata, so that listings find it. What no request may hold is not listed by. */
final class MetadataRows {
    private static final String INSERT = "INSERT INTO generation_metadata"
            + " (tenant, name, content, created_at, generation_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String DELETE = "DELETE FROM generation_metadata WHERE generation_id = ?";
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_CONTENT = 256;

    static boolean isListed(String name, String content) {
        return name.length() <= LONGEST_NAME && content.length() <= LONGEST_CONTENT;
    }

    /** Follows the generations that were just written; most changes leave the metadata alone. */
    void write(Connection connection, Map<GenerationId, StoredJob> before, Map<GenerationId, StoredJob> after)
            throws SQLException {
        boolean any = false;
        try (PreparedStatement delete = connection.prepareStatement(DELETE);
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (StoredJob job : after.values()) {
                StoredJob known = before.get(job.generation().id());
                if (known != null && sameRows(known.generation(), job.generation())) {
                    continue;
                }
                if (known != null && !known.generation().metadata().isEmpty()) {
                    delete.setString(1, job.generation().id().key());
                    delete.executeUpdate();
                }
                any |= add(insert, job.generation());
            }
            if (any) {
                insert.executeBatch();
            }
        }
    }

    private static boolean sameRows(Generation one, Generation other) {
        return one.metadata().equals(other.metadata())
                && one.createdAt().equals(other.createdAt())
                && one.tenant().equals(other.tenant());
    }

    private static boolean add(PreparedStatement insert, Generation generation) throws SQLException {
        boolean any = false;
        for (Map.Entry<String, String> entry : generation.metadata().entrySet()) {
            if (isListed(entry.getKey(), entry.getValue())) {
                insert.setString(1, Sql.text(generation.tenant()));
                insert.setString(2, Sql.text(entry.getKey()));
                insert.setString(3, Sql.text(entry.getValue()));
                insert.setObject(4, generation.createdAt().atOffset(ZoneOffset.UTC));
                insert.setString(5, generation.id().key());
                insert.addBatch();
                any = true;
            }
        }
        return any;
    }
}
