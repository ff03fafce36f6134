package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What the body of a webhook looks like. */
public enum WebhookFormat {
    /** Our own: type, timestamp and the generation. */
    GENERATION,
    /** The prediction object that receivers written for Replicate's API expect. */
    REPLICATE;

    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static WebhookFormat of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
