package io.atelier.gateway;

import io.atelier.error.GenerationException;
import java.io.PrintStream;
import java.net.BindException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.ConfigProvider;

/** Says in one sentence why the gateway does not start. */
final class StartFailure {

    private StartFailure() {}

    /** What is no known kind of failure is a fault of ours, and is shown with its stack trace. */
    static void tell(Throwable failure, PrintStream err) {
        Optional<String> sentence = sentence(failure);
        err.println("The gateway cannot start: " + sentence.orElseGet(failure::toString));
        if (sentence.isEmpty()) {
            failure.printStackTrace(err);
        }
    }

    static Optional<String> sentence(Throwable failure) {
        return cause(failure, GenerationException.class, Throwable::getMessage)
                .or(() -> cause(failure, BindException.class, StartFailure::portInUse))
                .or(() -> configuration(failure))
                .or(() -> rootSqlException(failure).map(StartFailure::store))
                .or(() -> cause(failure, KafkaException.class, StartFailure::kafka))
                .or(() -> cause(failure, IllegalArgumentException.class, Throwable::getMessage));
    }

    private static <T extends Throwable> Optional<String> cause(
            Throwable failure, Class<T> type, Function<T, String> sentence) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (type.isInstance(e)) {
                return Optional.of(sentence.apply(type.cast(e)));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> configuration(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            String type = e.getClass().getSimpleName();
            if (type.equals("ConfigValidationException") || type.equals("ConfigurationException")) {
                return Optional.of("its configuration is wrong. " + e.getMessage());
            }
        }
        return Optional.empty();
    }

    /** H2 puts the telling one (file locked, no permission) below the general one. */
    private static Optional<SQLException> rootSqlException(Throwable failure) {
        SQLException found = null;
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof SQLException) {
                found = (SQLException) e;
            }
        }
        return Optional.ofNullable(found);
    }

    private static String portInUse(BindException e) {
        return "port " + setting("quarkus.http.port") + " on " + setting("quarkus.http.host") + " cannot be opened: "
                + e.getMessage();
    }

    private static String store(SQLException e) {
        return "the job store " + setting("quarkus.datasource.jdbc.url") + " cannot be opened: "
                + String.valueOf(e.getMessage()).split("\\R|; SQL statement", 2)[0];
    }

    private static String kafka(KafkaException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return "the Kafka clients for " + setting("atelier.kafka.bootstrap-servers") + " cannot be made: "
                + root.getMessage();
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getOptionalValue(name, String.class).orElse("(" + name + " not set)");
    }
}
