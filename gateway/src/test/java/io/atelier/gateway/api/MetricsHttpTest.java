package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.testing.DocumentedMetrics;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Set;
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

        Set<String> exposed = DocumentedMetrics.exposed(metrics);
        exposed.add(LATER);
        assertThat(DocumentedMetrics.inReadme("**Of a gateway**", "**Traces**"))
                .containsExactlyInAnyOrderElementsOf(exposed);
    }
}
