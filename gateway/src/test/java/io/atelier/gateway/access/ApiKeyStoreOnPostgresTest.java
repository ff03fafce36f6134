package io.atelier.gateway.access;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.PostgresServer;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** Skipped, with the reason, where PostgreSQL cannot run. */
class ApiKeyStoreOnPostgresTest extends ApiKeyStoreContract {
    private static PostgresServer server;

    @BeforeAll
    static void startServer() throws InterruptedException {
        try {
            server = PostgresServer.start();
        } catch (IOException e) {
            Assumptions.abort("PostgreSQL does not run here: " + e.getMessage());
        }
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (server != null) {
            server.stop();
        }
    }

    @Override
    Database open() throws SQLException {
        return Database.open(server.newDatabase());
    }
}
