package io.atelier.gateway.store;

import io.atelier.testing.Postgres;
import java.sql.SQLException;
import java.util.UUID;

/** Empty job stores, for tests that run on every kind of database. */
public final class TestDatabases {
    private static final int CONNECTIONS = 8;

    private TestDatabases() {}

    public static Database h2() {
        return Database.open(
                DatabaseSettings.h2InMemory("test-" + UUID.randomUUID().toString()));
    }

    public static Database on(Postgres server) throws SQLException {
        Postgres.Database database = server.newDatabase();
        return Database.open(
                DatabaseSettings.postgresql(database.url(), database.user(), database.password(), CONNECTIONS));
    }
}
