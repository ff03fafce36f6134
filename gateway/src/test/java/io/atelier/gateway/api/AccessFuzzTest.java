package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.access.ApiKeySecret;
import io.atelier.gateway.access.ApiKeyStore;
import io.atelier.testing.OpenApiDocument.Operation;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same calls where a key is wanted: with the right one, with that of another tenant, with what is none, and without. */
@QuarkusTest
@TestProfile(AccessHttpTest.WithKeys.class)
class AccessFuzzTest extends HttpFuzz {
    private static final int PART = Math.max(1, CALLS / 5);
    /** Of what is no call at all, before anybody asks who calls. */
    private static final Set<Integer> NOT_READ = Set.of(400, 414, 431);

    @Inject
    ApiKeyStore keys;

    private ApiKeySecret ours;
    private ApiKeySecret theirs;

    @BeforeEach
    void makeKeys() {
        ours = keys.add("default", Instant.now());
        theirs = keys.add("acme", Instant.now());
    }

    /** What is called before there is a key is open. */
    @Override
    HttpRequest.Builder authorized(HttpRequest.Builder request) {
        return ours == null ? request : request.setHeader("Authorization", "Bearer " + ours.reveal());
    }

    @Test
    void only_who_has_a_key_is_answered_and_nobody_hears_of_what_another_tenant_has() throws Exception {
        Met withKey = new Met();
        Met ofOthers = new Met();
        Met withoutKey = new Met();

        call(PART, (random, call) -> {
            switch (random.nextInt(3)) {
                case 0 -> withKey.add(assertAnswered(call, ours));
                case 1 -> ofOthers.add(assertHearsNothing(call));
                default -> withoutKey.add(assertRefused(call, random));
            }
        });

        for (Operation operation : document().operations()) {
            boolean isOpen = AccessFilter.isOpen(operation.path());
            assertThat(withKey.statuses(operation))
                    .as("%s with a key", operation)
                    .isNotEmpty();
            assertThat(withoutKey.statuses(operation))
                    .as("%s without", operation)
                    .contains(isOpen ? 200 : 401);
            if (operation.path().contains("{id}")) {
                assertThat(ofOthers.statuses(operation))
                        .as("%s of another tenant's", operation)
                        .contains(404);
            }
        }
    }

    private Fuzzed assertAnswered(FuzzedCall call, ApiKeySecret key) throws Exception {
        Fuzzed fuzzed = send(call.with("Authorization", "Bearer " + key.reveal()));
        assertKnown(fuzzed);
        assertThat(fuzzed.answer().status()).as(fuzzed.toString()).isNotEqualTo(401);
        return fuzzed;
    }

    private Fuzzed assertHearsNothing(FuzzedCall call) throws Exception {
        Fuzzed fuzzed = assertAnswered(call, theirs);
        assertThat(fuzzed.answer().body()).as(fuzzed.toString()).doesNotContain(secret());
        // Others may have generations of their own, of any other name; and what can be called is the same for all.
        if (call.path().contains(id) && !call.method().equals("OPTIONS")) {
            assertThat(fuzzed.answer().status()).as(fuzzed.toString()).isGreaterThanOrEqualTo(400);
        }
        return fuzzed;
    }

    private Fuzzed assertRefused(FuzzedCall call, Random random) throws Exception {
        Fuzzed fuzzed =
                send(noKey(random).map(text -> call.with("Authorization", text)).orElse(call));
        assertKnown(fuzzed);
        int status = fuzzed.answer().status();
        boolean isOpen = AccessFilter.isOpen(call.path());
        assertThat(isOpen ? status != 401 : status == 401 || NOT_READ.contains(status))
                .as(fuzzed.toString())
                .isTrue();
        return fuzzed;
    }

    private Optional<String> noKey(Random random) {
        String right = ours.reveal();
        List<String> wrong = List.of(
                "",
                "Bearer ",
                "Bearer x",
                "Basic " + right,
                right,
                "Bearer " + right + "0",
                "Bearer " + right.substring(1),
                "Bearer " + ApiKeySecret.PREFIX + ours.id() + "_" + "0".repeat(64));
        return random.nextInt(3) == 0 ? Optional.empty() : Optional.of(Odd.pick(random, wrong));
    }
}
