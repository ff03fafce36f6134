package io.atelier.gateway.jobs;

import io.atelier.job.GenerationId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The latest cancellation of each id, whether or not anything is known of it otherwise. */
final class CancelRequests {
    private static final String FIND = "SELECT requested_at FROM cancel_request WHERE id = ?";
    private static final String UPDATE = "UPDATE cancel_request SET requested_at = ? WHERE id = ?";
    private static final String INSERT =
            "INSERT INTO cancel_request (requested_at, id) VALUES (?, ?) ON CONFLICT DO NOTHING";
    private static final String DELETE = "DELETE FROM cancel_request WHERE id = ?";
    private static final String FORGET = "DELETE FROM cancel_request WHERE requested_at < ?";

    private CancelRequests() {}

    /** @param requests when each was made; empty for those that the topic forgets */
    static void write(Connection connection, Map<GenerationId, Optional<Instant>> requests) throws SQLException {
        // In the order of ids, so that two transactions cannot wait for each other.
        Map<String, Optional<Instant>> inOrder = new TreeMap<>();
        requests.forEach((id, at) -> inOrder.put(id.key(), at));
        for (Map.Entry<String, Optional<Instant>> request : inOrder.entrySet()) {
            if (request.getValue().isEmpty()) {
                delete(connection, request.getKey());
            } else {
                write(connection, request.getKey(), request.getValue().get().toEpochMilli());
            }
        }
    }

    private static void write(Connection connection, String id, long at) throws SQLException {
        for (String sql : new String[] {UPDATE, INSERT, UPDATE}) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setLong(1, at);
                statement.setString(2, id);
                if (statement.executeUpdate() == 1) {
                    return;
                }
            }
        }
    }

    private static void delete(Connection connection, String id) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
            delete.setString(1, id);
            delete.executeUpdate();
        }
    }

    static Optional<Instant> find(Connection connection, GenerationId id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setString(1, id.key());
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(Instant.ofEpochMilli(row.getLong(1))) : Optional.empty();
            }
        }
    }

    static void forgetBefore(Connection connection, Instant time) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(FORGET)) {
            delete.setLong(1, time.toEpochMilli());
            delete.executeUpdate();
        }
    }
}
