package io.atelier.gateway.webhooks;

import io.atelier.gateway.jobs.JobsException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import javax.sql.DataSource;

/** Runs the SQL of this package. Times are milliseconds since 1970. */
final class WebhookSql {
    private final DataSource dataSource;

    WebhookSql(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    static Long millis(Instant time) {
        return time.toEpochMilli();
    }

    static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, values)) {
            return statement.executeUpdate();
        }
    }

    static PreparedStatement prepare(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null) {
                statement.setNull(i + 1, Types.NULL);
            } else {
                statement.setObject(i + 1, values[i]);
            }
        }
        return statement;
    }

    /** All or nothing. @throws JobsException that names the {@code action} if the database fails */
    <T> T inTransaction(String action, Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T result = work.run(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new JobsException(action, e);
        }
    }

    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }
}
