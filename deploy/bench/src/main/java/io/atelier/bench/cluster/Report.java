package io.atelier.bench.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/** What a program has to say in the end: its command, what it measured, and whether that is good enough. */
public final class Report {
    private final StringBuilder text = new StringBuilder();
    private boolean good = true;

    /** @param command with which anybody can repeat it, the seed included */
    public Report(String command) {
        line("%s", command);
        line(
                "%s, %d cores, Java %s",
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"));
        line("");
    }

    public Report line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
        return this;
    }

    /** A line that says whether a demand is met. */
    public Report demand(boolean met, String format, Object... values) {
        good &= met;
        return line((met ? "good: " : "NOT GOOD: ") + format, values);
    }

    /** Prints the report and writes it to a file, if one is wanted.
     *
     * @return exit code of the program: 0 if all demands are met, else 1 */
    public int publish(Path file) throws IOException {
        System.out.print(text);
        if (file != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        }
        return good ? 0 : 1;
    }
}
