package io.atelier.testing;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;

/**
 * A PostgreSQL server for a test class, as a static field with {@code @RegisterExtension}. One is started for all classes of
 * a run, and stopped after the last. Where none can run the class is skipped, with the reason; with {@code
 * -Dpostgres.required}, as in CI, it fails, since nobody would see there that half of the store's tests are gone.
 */
public final class Postgres implements BeforeAllCallback {
    private static final String REQUIRED = "postgres.required";
    private static final Namespace NAMESPACE = Namespace.create(Postgres.class);

    private PostgresServer server;

    /** How to get into a database. @param url for JDBC */
    public record Database(String url, String user, String password) {}

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Shared shared = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Shared.class, any -> Shared.start(), Shared.class);
        if (shared.server == null) {
            doWithout(shared.why, System.getProperty(REQUIRED) != null);
        }
        server = shared.server;
    }

    static void doWithout(String why, boolean required) {
        String message = "PostgreSQL does not run here: " + why;
        if (required) {
            throw new IllegalStateException(message);
        }
        Assumptions.abort(message);
    }

    /** A database that nobody has used. */
    public Database newDatabase() throws SQLException {
        return server.newDatabase();
    }

    private record Shared(PostgresServer server, String why) implements CloseableResource {
        static Shared start() {
            try {
                return new Shared(PostgresServer.start(), null);
            } catch (IOException e) {
                return new Shared(null, e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Shared(null, "interrupted");
            }
        }

        @Override
        public void close() throws Exception {
            if (server != null) {
                server.stop();
            }
        }
    }
}
