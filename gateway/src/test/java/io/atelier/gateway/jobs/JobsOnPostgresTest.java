package io.atelier.gateway.jobs;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;
import io.atelier.testing.Postgres;
import java.sql.SQLException;
import org.junit.jupiter.api.extension.RegisterExtension;

class JobsOnPostgresTest extends JobsContract {
    @RegisterExtension
    static final Postgres POSTGRES = new Postgres();

    @Override
    Database open() throws SQLException {
        return TestDatabases.on(POSTGRES);
    }

    @Override
    boolean isShared() {
        return true;
    }
}
