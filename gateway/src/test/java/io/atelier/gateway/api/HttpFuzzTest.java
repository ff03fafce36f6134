package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.testing.OpenApiDocument.Operation;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Calls of every operation that the OpenAPI document has: none may hang, be the gateway's fault, be accepted although the
 * document forbids it, or be answered in a way that the document does not know. {@code -Dfuzz.calls=20000}, as in the profile
 * {@code chaos}, makes more of them.
 */
@QuarkusTest
@TestProfile(HttpFuzzTest.OwnStore.class)
class HttpFuzzTest extends HttpFuzz {
    /** What it submits by the thousand would wait before what other tests submit. */
    public static class OwnStore extends InMemory {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
            overrides.put("atelier.store.path", "fuzz");
            return overrides;
        }
    }

    @Test
    void every_call_and_every_answer_is_one_that_the_document_knows() throws Exception {
        Met met = new Met();

        call(CALLS, (random, call) -> {
            Fuzzed fuzzed = send(call);
            assertKnown(fuzzed);
            met.add(fuzzed);
        });

        // Calls that all fail early would prove nothing.
        for (Operation operation : document().operations()) {
            assertThat(met.statuses(operation)).as("%s gave", operation).anyMatch(status -> status < 400);
        }
        assertThat(met.statuses("POST /v1/generations")).contains(202, 400, 413, 415, 422);
        assertThat(met.statuses("POST /v1/generations/{id}/cancel")).contains(202, 404, 409, 422);
        assertThat(met.statuses("POST /v1/predictions")).contains(201, 400, 415, 422);
        assertThat(met.statuses("POST /v1/images/generations")).contains(200, 400, 504);
        assertThat(met.statuses("GET /v1/generations")).contains(200, 422);
        assertThat(met.events()).contains("queued", "processing", "succeeded", "failed", "canceled", "expired");
    }
}
