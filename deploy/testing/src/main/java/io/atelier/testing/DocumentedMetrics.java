package io.atelier.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names of our metrics, in the project's README and as a process exposes them. Counters are named without {@code _total}:
 * one of Prometheus' two formats has it in the name of the type, the other has not.
 */
public final class DocumentedMetrics {
    private DocumentedMetrics() {}

    /** Those of the tables between two headings. */
    public static Set<String> inReadme(String from, String to) throws IOException {
        Path file = Files.exists(Path.of("README.md")) ? Path.of("README.md") : Path.of("..", "README.md");
        String readme = Files.readString(file);
        int begin = readme.indexOf(from);
        int end = readme.indexOf(to, begin);
        if (begin < 0 || end < 0) {
            throw new IllegalStateException("The README has no section from " + from + " to " + to);
        }
        return names("(?m)^\\| `(atelier_\\w+)`", readme.substring(begin, end));
    }

    /** @param exposition what Prometheus reads */
    public static Set<String> exposed(String exposition) {
        return names("(?m)^# TYPE (atelier_\\w+)", exposition);
    }

    private static Set<String> names(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1).replaceFirst("_total$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
