package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How urgent a generation is; each priority has a request topic of its own. */
public enum Priority {
    HIGH,
    NORMAL,
    LOW;

    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static Priority of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
