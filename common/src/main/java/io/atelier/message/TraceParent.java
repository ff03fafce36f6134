package io.atelier.message;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Headers;

/**
 * Which trace a message belongs to, and which step of it sent the message.
 *
 * @see "W3C Trace Context, version 00 of traceparent"
 */
public record TraceParent(String value) {
    /** Of a record, and of an HTTP request as well. */
    public static final String HEADER = "traceparent";

    private static final Pattern VALID = Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
    private static final SecureRandom RANDOM = new SecureRandom();

    public TraceParent {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("Not a traceparent: " + value);
        }
    }

    /** What a sender gave; empty for nothing and for nonsense, with which a new trace begins. */
    public static Optional<TraceParent> of(String given) {
        return given == null || !VALID.matcher(given).matches()
                ? Optional.empty()
                : Optional.of(new TraceParent(given));
    }

    /** The beginning of a trace, to be recorded by whoever records any. */
    public static TraceParent newRoot() {
        return new TraceParent("00-" + hex(16) + "-" + hex(8) + "-01");
    }

    /** All zeros means none, and is as likely as a collision. */
    private static String hex(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Replaces whatever the headers say. */
    public void writeTo(Headers headers) {
        headers.remove(HEADER);
        headers.add(HEADER, value.getBytes(StandardCharsets.UTF_8));
    }
}
