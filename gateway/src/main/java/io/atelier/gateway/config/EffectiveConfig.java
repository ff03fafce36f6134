package io.atelier.gateway.config;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/** What is configured, as one line for the log. */
public final class EffectiveConfig {
    private static final Set<String> SECRET_WORDS = Set.of(
            "password", "passphrase", "secret", "token", "jaas", "credential", "access-key", "keystore", "truststore");
    private static final Set<String> OURS_IN_QUARKUS = Set.of("quarkus.http.host", "quarkus.http.port");

    private EffectiveConfig() {}

    public static String describe(Config config) {
        return StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                .filter(name -> name.startsWith("atelier.") || OURS_IN_QUARKUS.contains(name))
                .distinct()
                .sorted()
                .map(name ->
                        name + "=" + shown(name, config.getConfigValue(name).getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String shown(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        return SECRET_WORDS.stream().anyMatch(lower::contains) ? "***" : value;
    }
}
