package io.atelier.process;

import io.atelier.error.GenerationException;
import java.net.BindException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.KafkaException;

/** Says in one sentence why a process does not start: for its operator, whom a stack trace would only keep from it. */
public final class StartFailure {
    private StartFailure() {}

    /**
     * What is wrong and where, if the failure is of a kind that an operator can do something about.
     *
     * @param setting gives the value of a configuration key, for messages that should name it
     */
    public static Optional<String> sentence(Throwable failure, UnaryOperator<String> setting) {
        return cause(failure, GenerationException.class, Throwable::getMessage)
                .or(() -> cause(failure, BindException.class, e -> portInUse(e, setting)))
                .or(() -> configuration(failure))
                .or(() -> cause(failure, KafkaException.class, e -> kafka(e, setting)))
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

    /** By name, since this module knows no configuration library. */
    private static Optional<String> configuration(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            String type = e.getClass().getSimpleName();
            if (type.equals("ConfigValidationException") || type.equals("ConfigurationException")) {
                return Optional.of("its configuration is wrong. " + e.getMessage());
            }
        }
        return Optional.empty();
    }

    private static String portInUse(BindException e, UnaryOperator<String> setting) {
        return "port " + setting.apply("quarkus.http.port") + " on " + setting.apply("quarkus.http.host")
                + " cannot be opened: " + e.getMessage();
    }

    private static String kafka(KafkaException e, UnaryOperator<String> setting) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return "the Kafka clients for " + setting.apply("atelier.kafka.bootstrap-servers") + " cannot be made: "
                + root.getMessage();
    }
}
