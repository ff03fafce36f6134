package io.atelier.gateway.jobs;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Runs SQL that H2 (PostgreSQL mode) and PostgreSQL both understand. */
final class Sql {
    private final DataSource dataSource;

    Sql(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** @throws JobsException that names the {@code action} if the database fails */
    <T> T call(String action, Call<T> call) {
        try (Connection connection = dataSource.getConnection()) {
            return call.run(connection);
        } catch (SQLException e) {
            throw new JobsException(action, e);
        }
    }

    /** All or nothing. {@code work} says by false that it should be nothing. @return what {@code work} said */
    boolean inTransaction(String action, Work work) {
        return call(action, connection -> {
            boolean committed = false;
            connection.setAutoCommit(false);
            try {
                if (work.run(connection)) {
                    connection.commit();
                    committed = true;
                }
                return committed;
            } finally {
                if (!committed) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        });
    }

    /** As a database can hold it: PostgreSQL knows no NUL, and half a surrogate pair is no text in any encoding. */
    static String text(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\0' || Character.isSurrogate(c)) {
                return storable(value);
            }
        }
        return value;
    }

    private static String storable(String value) {
        return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).replace('\0', '\uFFFD');
    }

    interface Call<T> {
        T run(Connection connection) throws SQLException;
    }

    interface Work {
        boolean run(Connection connection) throws SQLException;
    }
}
