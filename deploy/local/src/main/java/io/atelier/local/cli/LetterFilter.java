package io.atelier.local.cli;

import io.atelier.local.dlq.DeadLetter;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which dead letters are meant. */
final class LetterFilter {
    @Option(names = "--id", paramLabel = "ID", description = "Of this generation")
    private String id;

    @Option(names = "--reason", paramLabel = "CODE", description = "With this reason code, such as attempts_exhausted")
    private String reason;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Since.class,
            description = "Put aside since then: 2026-01-31T08:00:00Z, or so long ago: 90m, 12h, 7d")
    private Instant since;

    boolean isEmpty() {
        return id == null && reason == null && since == null;
    }

    boolean matches(DeadLetter letter) {
        return (id == null || letter.id().filter(id::equals).isPresent())
                && (reason == null || letter.reasonCode().equals(reason.toLowerCase(Locale.ROOT)))
                && (since == null || !letter.time().isBefore(since));
    }

    /** An instant, or a length of time before now. */
    static final class Since implements ITypeConverter<Instant> {
        private final Clock clock;

        Since() {
            this(Clock.systemUTC());
        }

        Since(Clock clock) {
            this.clock = clock;
        }

        @Override
        public Instant convert(String value) {
            try {
                return value.matches("\\d{1,6}[smhd]") ? clock.instant().minus(duration(value)) : Instant.parse(value);
            } catch (DateTimeException e) {
                throw new TypeConversionException(
                        "a time such as 2026-01-31T08:00:00Z, or one such as 90m, 12h or 7d ago, not " + value);
            }
        }

        private static Duration duration(String value) {
            String upper = value.toUpperCase(Locale.ROOT);
            return Duration.parse(upper.endsWith("D") ? "P" + upper : "PT" + upper);
        }
    }
}
