package io.atelier.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.testing.Postgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DatabaseTest {
    private static final int CONNECTIONS = 4;

    @RegisterExtension
    static final Postgres POSTGRES = new Postgres();

    /** As when a server is started anew, while the gateway's loops ask it all the time. */
    @Test
    void connections_that_broke_are_not_lent_again() throws Exception {
        Postgres.Database server = POSTGRES.newDatabase();
        DatabaseSettings settings =
                DatabaseSettings.postgresql(server.url(), server.user(), server.password(), CONNECTIONS);
        try (Database database = Database.open(settings)) {
            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                all.add(database.dataSource().getConnection());
            }
            for (Connection connection : all) {
                connection.close();
            }

            breakConnections(server);

            int failures = 0;
            while (failures <= CONNECTIONS && !answers(database)) {
                failures++;
            }
            assertThat(failures).as("each fails once at the most").isBetween(1, CONNECTIONS);
        }
    }

    private static boolean answers(Database database) {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            return statement.execute("SELECT 1");
        } catch (SQLException e) {
            return false;
        }
    }

    private static void breakConnections(Postgres.Database server) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.url(), server.user(), server.password());
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
        }
    }
}
