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
 * @param state what tracers on the way have noted for themselves, handed on as it is; empty for nothing
 * @see "W3C Trace Context, version 00 of traceparent, and tracestate"
 */
public record TraceParent(String value, String state) {
    /** Of a record, and of an HTTP request as well. */
    public static final String HEADER = "traceparent";

    /** Goes with {@link #HEADER} and means nothing without it. */
    public static final String STATE_HEADER = "tracestate";

    private static final Pattern VALID = Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
    private static final Pattern VALID_MEMBER =
            Pattern.compile("[a-z0-9][a-z0-9_*/@-]{0,255}=[ -+\\--<>-~]{0,255}[!-+\\--<>-~]");
    private static final int LONGEST_STATE = 512;
    private static final int MOST_MEMBERS = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    public TraceParent {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("Not a traceparent: " + value);
        }
        if (!isState(state)) {
            throw new IllegalArgumentException("Not a tracestate: " + state);
        }
    }

    public TraceParent(String value) {
        this(value, "");
    }

    /** What a sender gave; empty for nothing and for nonsense, with which a new trace begins. */
    public static Optional<TraceParent> of(String given) {
        return of(given, null);
    }

    /** The same with its state, of which nonsense is nothing. @param state null for none */
    public static Optional<TraceParent> of(String given, String state) {
        return given == null || !VALID.matcher(given).matches()
                ? Optional.empty()
                : Optional.of(new TraceParent(given, state != null && isState(state) ? state : ""));
    }

    private static boolean isState(String state) {
        if (state.isEmpty()) {
            return true;
        }
        String[] members = state.split(",", -1);
        if (state.length() > LONGEST_STATE || members.length > MOST_MEMBERS) {
            return false;
        }
        for (String member : members) {
            // Senders may leave members empty.
            if (!member.isBlank() && !VALID_MEMBER.matcher(member.strip()).matches()) {
                return false;
            }
        }
        return true;
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
        headers.remove(STATE_HEADER);
        headers.add(HEADER, value.getBytes(StandardCharsets.UTF_8));
        if (!state.isEmpty()) {
            headers.add(STATE_HEADER, state.getBytes(StandardCharsets.UTF_8));
        }
    }
}
