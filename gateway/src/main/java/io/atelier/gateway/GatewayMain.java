package io.atelier.gateway;

import io.atelier.gateway.api.ReadableTarget;
import io.atelier.process.StartFailure;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Starts the gateway. A start that fails ends with a sentence on stderr and exit code 1.
 *
 * <p>With arguments it is no gateway but one of the {@link ShortCommands} on a gateway's store.
 */
@QuarkusMain
public final class GatewayMain {
    private GatewayMain() {}

    public static void main(String... args) {
        System.setProperty(ReadableTarget.LEAVE_IT_TO_US, "true");
        if (args.length > 0) {
            if (!ShortCommands.isKnown(List.of(args))) {
                System.err.println("The gateway knows no arguments but: " + ShortCommands.USAGE);
                System.exit(2);
            }
            // The gateway whose store it is may hold the port.
            System.setProperty("quarkus.http.host-enabled", "false");
            // What is printed is the answer, for programs too.
            System.setProperty("quarkus.log.console.stderr", "true");
            System.setProperty("quarkus.log.level", "WARN");
        }
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
        Optional<String> sentence = StartFailure.sentence(failure, GatewayMain::setting);
        System.err.println("The gateway cannot start: " + sentence.orElseGet(failure::toString));
        if (sentence.isEmpty()) {
            failure.printStackTrace(System.err);
        }
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getOptionalValue(name, String.class).orElse("(" + name + " not set)");
    }
}
