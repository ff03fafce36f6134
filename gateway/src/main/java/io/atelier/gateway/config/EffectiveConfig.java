package io.atelier.gateway.config;

import io.atelier.gateway.store.DatabaseSettings;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/** What is configured, as one line for the log, without secrets. */
public final class EffectiveConfig {
    private static final Set<String> SECRET_WORDS = Set.of(
            "password", "passphrase", "secret", "token", "jaas", "credential", "access-key", "keystore", "truststore");
    private static final Pattern KEY = Pattern.compile("[._-]key$");
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

    /** Names may come from the environment, and all of ours are taken: ATELIER_API_KEY is the one of the command line. */
    private static String shown(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (SECRET_WORDS.stream().anyMatch(lower::contains)
                || KEY.matcher(lower).find()) {
            return "***";
        }
        return value != null && value.startsWith("jdbc:") ? DatabaseSettings.shown(value) : value;
    }
}
