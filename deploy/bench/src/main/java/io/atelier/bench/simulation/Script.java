package io.atelier.bench.simulation;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a prompt asks of the simulated device: {@code takes 500 ms}, {@code halts} (the whole JVM is gone at once, as after a
 * crash in native code), or {@code fails with out_of_memory} (any error code).
 */
record Script(Optional<Duration> time, boolean halts, Optional<ErrorCode> failure) {
    private static final Pattern TAKES = Pattern.compile("takes (\\d+) ms");
    private static final Pattern FAILS = Pattern.compile("fails with (\\w+)");
    private static final int CRASHED = 134;

    static Script of(String prompt) {
        Matcher takes = TAKES.matcher(prompt);
        Matcher fails = FAILS.matcher(prompt);
        return new Script(
                takes.find() ? Optional.of(Duration.ofMillis(Long.parseLong(takes.group(1)))) : Optional.empty(),
                prompt.contains("halts"),
                fails.find()
                        ? Optional.of(ErrorCode.valueOf(fails.group(1).toUpperCase(Locale.ROOT)))
                        : Optional.empty());
    }

    void misbehave() {
        if (halts) {
            Runtime.getRuntime().halt(CRASHED);
        }
        failure.ifPresent(code -> {
            throw new GenerationException(code, "The prompt asked for it");
        });
    }
}
