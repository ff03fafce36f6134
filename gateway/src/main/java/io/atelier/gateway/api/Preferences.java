package io.atelier.gateway.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code Prefer} header. What cannot be understood is passed over.
 *
 * @see "RFC 7240, section 4.3"
 */
public final class Preferences {
    private static final Pattern WAIT =
            Pattern.compile("(?:^|,)\\s*wait\\s*(?:=\\s*\"?(\\d{1,9})\"?)?\\s*(?=$|[,;])", Pattern.CASE_INSENSITIVE);

    private Preferences() {}

    /** How long the caller wants to wait for the end, at most {@code longest}; empty for not at all. */
    public static Optional<Duration> wait(List<String> headers, Duration unsaid, Duration longest) {
        for (String header : headers) {
            Matcher matcher = WAIT.matcher(header);
            if (matcher.find()) {
                String seconds = matcher.group(1);
                Duration wanted = seconds == null ? unsaid : Duration.ofSeconds(Long.parseLong(seconds));
                return Optional.of(wanted.compareTo(longest) > 0 ? longest : wanted);
            }
        }
        return Optional.empty();
    }
}
