package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pages of one origin may call the gateway from a browser, since an operator said so. */
@QuarkusTest
@TestProfile(CorsHttpTest.OneOrigin.class)
class CorsHttpTest extends HttpTest {
    static final String ALLOWED = "Access-Control-Allow-Origin";
    private static final String APP = "https://app.example";

    /** As the README says. */
    public static class OneOrigin extends InMemory {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
            overrides.put("quarkus.http.cors.enabled", "true");
            overrides.put("quarkus.http.cors.origins", APP);
            overrides.put("atelier.access.auth", "keys");
            overrides.put("atelier.store.path", "cors");
            return overrides;
        }
    }

    @Test
    void a_browser_may_ask_for_its_pages() throws Exception {
        HttpResponse<String> answer = preflight(APP);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue(ALLOWED)).contains(APP);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Methods")).isPresent();
    }

    @Test
    void pages_of_others_may_not() throws Exception {
        assertThat(preflight("https://evil.example").headers().firstValue(ALLOWED))
                .isEmpty();
    }

    /** What is refused must be readable, too, or a page cannot tell why. */
    @Test
    void a_call_without_a_key_is_refused_in_words_that_the_page_can_read() throws Exception {
        HttpResponse<String> answer =
                call(HttpRequest.newBuilder(generations).header("Origin", APP).GET());

        assertProblem(answer, 401, "unauthorized");
        assertThat(answer.headers().firstValue(ALLOWED)).contains(APP);
    }

    private HttpResponse<String> preflight(String origin) throws Exception {
        return call(preflight(generations, origin));
    }

    static HttpRequest.Builder preflight(URI target, String origin) {
        return HttpRequest.newBuilder(target)
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type,authorization")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody());
    }
}
