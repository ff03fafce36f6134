package io.atelier.gateway.doors;

import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header {@code Cancel-After} of Replicate's API, such as {@code 90s}, {@code 5m} or {@code 1h30m}. */
final class CancelAfter {
    static final String HEADER = "Cancel-After";
    static final String MEANING = "A time such as 90s or 5m; a prediction that takes longer is given up.";
    private static final Pattern TIME = Pattern.compile("(?:(\\d{1,3})h)?(?:(\\d{1,4})m)?(?:(\\d{1,6})s)?");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,6}");

    private CancelAfter() {}

    /** @throws GenerationException INVALID_REQUEST */
    static Duration parse(String header) {
        String text = header.trim();
        Duration time = SECONDS.matcher(text).matches() ? Duration.ofSeconds(Long.parseLong(text)) : sum(text);
        if (time.isZero()) {
            String message = "must be a time such as 90s, 5m or 1h30m";
            throw new GenerationException(
                    ErrorCode.INVALID_REQUEST,
                    HEADER + " " + message + " (was \"" + text + "\")",
                    List.of(new FieldError(HEADER, message, '"' + text + '"')));
        }
        return time;
    }

    private static Duration sum(String text) {
        Matcher parts = TIME.matcher(text);
        return parts.matches()
                ? Duration.ofHours(number(parts.group(1)))
                        .plusMinutes(number(parts.group(2)))
                        .plusSeconds(number(parts.group(3)))
                : Duration.ZERO;
    }

    private static long number(String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
