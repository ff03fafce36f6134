package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class MetricsHttpTest extends HttpTest {
    /** There only once a receiver was told something. */
    private static final String LATER = "atelier_webhooks_attempts";

    @Test
    void the_readme_lists_every_metric_and_no_other() throws Exception {
        post("{\"input\":{\"prompt\":\"a star\"}}");
        String metrics = until(() -> get("/q/metrics"), r -> r.body().contains("atelier_projection_records_total"))
                .body();

        Set<String> exposed = found("(?m)^# TYPE (atelier_\\w+)", metrics);
        exposed.add(LATER);
        assertThat(documented()).containsExactlyInAnyOrderElementsOf(exposed);
    }

    private static Set<String> documented() throws Exception {
        Path file = Files.exists(Path.of("README.md")) ? Path.of("README.md") : Path.of("..", "README.md");
        String readme = Files.readString(file);
        return found(
                "(?m)^\\| `(atelier_\\w+)`",
                readme.substring(readme.indexOf("**Of a gateway**"), readme.indexOf("**Traces**")));
    }

    /** The one format of metrics names the type of a counter with its suffix, the other without. */
    private static Set<String> found(String name, String text) {
        return Pattern.compile(name)
                .matcher(text)
                .results()
                .map(match -> match.group(1).replaceFirst("_total$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
