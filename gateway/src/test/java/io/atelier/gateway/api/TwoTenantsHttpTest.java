package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.access.ApiKeyStore;
import io.atelier.gateway.access.OpenIdProvider;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.message.EventType;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;

/** A gateway with keys and tokens, and two tenants who call it. */
abstract class TwoTenantsHttpTest extends HttpTest {
    public static class TwoTenants extends InMemory {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
            overrides.put("atelier.access.auth", "keys,oidc");
            overrides.put("atelier.store.path", "tenants");
            overrides.put("atelier.access.tenants.hasty.requests-per-second", "0.01");
            overrides.put("atelier.access.tenants.hasty.burst", "2");
            overrides.put("atelier.access.tenants.small.unfinished-jobs", "2");
            overrides.put("atelier.access.tenants.modest.max-images", "2");
            overrides.put("atelier.access.tenants.narrow.unfinished-jobs", "1");
            overrides.put("atelier.access.tenants.rash.requests-per-second", "0.01");
            overrides.put("atelier.access.tenants.rash.burst", "1");
            return overrides;
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Provider.class));
        }
    }

    /** Starts before the gateway, which is told where it is. */
    public static class Provider implements QuarkusTestResourceLifecycleManager {
        private OpenIdProvider provider;

        @Override
        public Map<String, String> start() {
            try {
                provider = new OpenIdProvider();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            return Map.of(
                    "atelier.access.oidc.issuer",
                    provider.issuer(),
                    "atelier.access.oidc.audience",
                    OpenIdProvider.AUDIENCE);
        }

        @Override
        public void inject(TestInjector injector) {
            Function<Map<String, Object>, String> signing = provider::token;
            injector.injectIntoFields(signing, field -> field.getName().equals("sign"));
        }

        @Override
        public void stop() {
            provider.close();
        }
    }

    @Inject
    ApiKeyStore keys;

    Function<Map<String, Object>, String> sign;

    String acme;
    String other;

    @BeforeEach
    void makeKeys() {
        acme = key("acme");
        other = key("other");
    }

    String key(String tenant) {
        return keys.add(tenant, Instant.now()).reveal();
    }

    /** What a worker tells of the tenant's generation. */
    Generation drawn(String tenant) {
        Generation drawn = Samples.succeeded(id, 1);
        Generation theirs = drawn.toBuilder().id(new GenerationId(tenant, id)).build();
        tell(EventType.SUCCEEDED, theirs);
        return theirs;
    }

    JsonNode submit(String key, String body) throws Exception {
        HttpResponse<String> answer = send(key, "/v1/generations", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return json(answer);
    }

    HttpResponse<String> send(String key, String path, String body) throws Exception {
        return call(with(key, HttpRequest.newBuilder(generations.resolve(path)))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> at(String key, String path) throws Exception {
        return call(with(key, HttpRequest.newBuilder(generations.resolve(path))));
    }

    static HttpRequest.Builder with(String key, HttpRequest.Builder request) {
        return request.setHeader("Authorization", "Bearer " + key);
    }
}
