package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where a generation stands. A terminal status never changes again. */
public enum GenerationStatus {
    QUEUED(false),
    PROCESSING(false),
    SUCCEEDED(true),
    FAILED(true),
    CANCELED(true),
    EXPIRED(true);

    private final boolean terminal;

    GenerationStatus(boolean terminal) {
        this.terminal = terminal;
    }

    public boolean terminal() {
        return terminal;
    }

    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static GenerationStatus of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
