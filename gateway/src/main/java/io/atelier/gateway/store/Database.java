package io.atelier.gateway.store;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ConnectionValidator;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The database of the job store: a pool of connections to H2 or PostgreSQL, with all tables as this version needs them. Not
 * Quarkus' own pool, because that decides for one of the two when the program is built.
 */
public final class Database implements AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(10);
    /** SQL states; what begins with 90 is H2's database that was closed, or connection that broke. */
    private static final List<String> BROKEN = List.of("08", "57P", "25006", "90098", "90121", "90067");

    /** H2 keeps values behind soft references in case they come again; ours rarely do, and every collection looks at them. */
    private static final String VALUE_CACHE = "h2.objectCache";

    private final AgroalDataSource pool;

    private Database(AgroalDataSource pool) {
        this.pool = pool;
    }

    /** @throws GenerationException with a sentence that names the database, if it cannot be opened */
    public static Database open(DatabaseSettings settings) {
        AgroalDataSource pool = null;
        try {
            pool = AgroalDataSource.from(configuration(settings));
            // Tells more clearly than the migration what is wrong with address, user or password.
            pool.getConnection().close();
            migrate(pool);
            return new Database(pool);
        } catch (SQLException | FlywayException e) {
            if (pool != null) {
                pool.close();
            }
            throw new GenerationException(
                    ErrorCode.INTERNAL, "the job store " + settings + " cannot be opened: " + reason(e), e);
        }
    }

    private static AgroalDataSourceConfigurationSupplier configuration(DatabaseSettings settings) {
        return new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(settings.maxConnections())
                        .acquisitionTimeout(settings.patience())
                        // Else what broke with its server is lent again and again, as long as somebody asks often
                        // enough.
                        .exceptionSorter(Database::isOfConnection)
                        // One that lay idle may have lost its server, too.
                        .idleValidationTimeout(IDLE)
                        .connectionValidator(ConnectionValidator.defaultValidatorWithTimeout(
                                (int) settings.patience().toSeconds()))
                        .connectionFactoryConfiguration(connection -> connection
                                .connectionProviderClass(driver(settings.url()))
                                .jdbcUrl(settings.url())
                                .principal(new NamePrincipal(settings.user()))
                                .credential(new SimplePassword(settings.password()))));
    }

    /** Whether a connection is of no use any more: it broke, its server stops, or is only a copy since another took over. */
    private static boolean isOfConnection(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return BROKEN.stream().anyMatch(state::startsWith);
    }

    /** By name, because the JVM's own search knows only the drivers of the class loader that came first. */
    private static Class<?> driver(String url) {
        String name = url.startsWith("jdbc:postgresql:") ? "org.postgresql.Driver" : "org.h2.Driver";
        // Read once, by the first of H2's classes.
        System.setProperty(VALUE_CACHE, System.getProperty(VALUE_CACHE, "false"));
        try {
            return Class.forName(name, true, Database.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("The driver for " + url + " is missing", e);
        }
    }

    private static void migrate(DataSource dataSource) {
        Flyway.configure(Database.class.getClassLoader())
                .dataSource(dataSource)
                .locations("classpath:db/migration")
                .failOnMissingLocations(true)
                .load()
                .migrate();
    }

    /** H2 and Flyway put the telling exception (file locked, no permission) below the general one. */
    private static String reason(Throwable failure) {
        String reason = failure.getClass().getSimpleName();
        for (Throwable e = failure; e != null; e = e.getCause()) {
            reason = e.getMessage() == null ? reason : e.getMessage();
        }
        return reason.split("\\R|; SQL statement", 2)[0];
    }

    public DataSource dataSource() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
