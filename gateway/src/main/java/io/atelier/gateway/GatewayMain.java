package io.atelier.gateway;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the gateway. A start that fails ends with a sentence on stderr and exit code 1. */
@QuarkusMain
public final class GatewayMain {
    private GatewayMain() {}

    public static void main(String... args) {
        Quarkus.run(
                null,
                (exitCode, failure) -> {
                    if (failure != null) {
                        StartFailure.tell(failure, System.err);
                    }
                    Runtime.getRuntime().halt(exitCode);
                },
                args);
    }
}
