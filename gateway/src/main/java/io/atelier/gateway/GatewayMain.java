package io.atelier.gateway;

import io.atelier.process.StartFailure;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.sql.SQLException;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;

/** Starts the gateway. A start that fails ends with a sentence on stderr and exit code 1. */
@QuarkusMain
public final class GatewayMain {
    private GatewayMain() {}

    public static void main(String... args) {
        Quarkus.run(
                null,
                (exitCode, failure) -> {
                    if (failure != null) {
                        tell(failure);
                    }
                    Runtime.getRuntime().halt(exitCode);
                },
                args);
    }

    /** What is no known kind of failure is a fault of ours, and is shown with its stack trace. */
    private static void tell(Throwable failure) {
        Optional<String> sentence = store(failure).or(() -> StartFailure.sentence(failure, GatewayMain::setting));
        System.err.println("The gateway cannot start: " + sentence.orElseGet(failure::toString));
        if (sentence.isEmpty()) {
            failure.printStackTrace(System.err);
        }
    }

    /** H2 puts the telling exception (file locked, no permission) below the general one. */
    private static Optional<String> store(Throwable failure) {
        Optional<String> sentence = Optional.empty();
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof SQLException) {
                String reason = String.valueOf(e.getMessage()).split("\\R|; SQL statement", 2)[0];
                sentence = Optional.of(
                        "the job store " + setting("quarkus.datasource.jdbc.url") + " cannot be opened: " + reason);
            }
        }
        return sentence;
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getOptionalValue(name, String.class).orElse("(" + name + " not set)");
    }
}
