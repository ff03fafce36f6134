package io.atelier.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignerTest {
    /** From the tests of standard-webhooks (libraries/javascript/src/webhook.test.ts). */
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /** From the tests of Svix (worker.rs), for the same message. */
    private static final String KEY =
            "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";

    private static final String OTHER_SECRET = "whsec_"
            + Base64.getEncoder().encodeToString("another secret, of 32 bytes long".getBytes(StandardCharsets.UTF_8));
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final long TIME = 1614265330;
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

    @Test
    void the_published_vector_of_v1_holds() {
        assertThat(signer(List.of(SECRET), List.of()).sign("a", ID, TIME, BODY))
                .contains("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void the_published_vector_of_v1a_holds() {
        assertThat(signer(List.of(), List.of(KEY)).sign("a", ID, TIME, BODY))
                .contains(
                        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==");
    }

    @Test
    void every_secret_and_key_that_is_valid_signs() {
        String header = signer(List.of(SECRET, OTHER_SECRET), List.of(KEY))
                .sign("a", ID, TIME, BODY)
                .orElseThrow();

        assertThat(header.split(" "))
                .hasSize(3)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("v1,g0hM9S"),
                        second -> assertThat(second).startsWith("v1,"),
                        third -> assertThat(third).startsWith("v1a,hnO3f9"));
    }

    @Test
    void the_official_library_accepts_with_the_old_and_the_new_secret_and_no_other() throws Exception {
        long now = Instant.now().getEpochSecond();
        String header = signer(List.of(SECRET, OTHER_SECRET), List.of(KEY))
                .sign("a", ID, now, BODY)
                .orElseThrow();
        HttpHeaders headers = HttpHeaders.of(
                Map.of(
                        "webhook-id", List.of(ID),
                        "webhook-timestamp", List.of(Long.toString(now)),
                        "webhook-signature", List.of(header)),
                (name, value) -> true);
        String body = new String(BODY, StandardCharsets.UTF_8);

        assertThatCode(() -> new Webhook(SECRET).verify(body, headers)).doesNotThrowAnyException();
        assertThatCode(() -> new Webhook(OTHER_SECRET).verify(body, headers)).doesNotThrowAnyException();
        Webhook stranger = new Webhook("whsec_" + Base64.getEncoder().encodeToString(new byte[24]));
        assertThatThrownBy(() -> stranger.verify(body, headers)).isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> new Webhook(SECRET).verify(body + ' ', headers))
                .isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void tenants_have_their_own_secrets() {
        WebhookSigner signer = new WebhookSigner(Map.of("a", List.of(SECRET), "b", List.of(OTHER_SECRET)), List.of());

        assertThat(signer.sign("a", ID, TIME, BODY)).isNotEqualTo(signer.sign("b", ID, TIME, BODY));
        assertThat(signer.sign("c", ID, TIME, BODY)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"whsec_", "whsec_c2hvcnQ=", "whsec_not base64!", ""})
    void a_bad_secret_is_refused_and_not_shown(String secret) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> signer(List.of(secret), List.of()))
                .withMessageNotContaining("c2hvcnQ")
                .withMessageNotContaining("not base64!");
    }

    @Test
    void no_more_than_two_are_valid_at_a_time() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> signer(List.of(SECRET, SECRET, SECRET), List.of()))
                .withMessageNotContaining(SECRET);
        assertThatIllegalArgumentException().isThrownBy(() -> signer(List.of(), List.of(KEY, KEY, KEY)));
    }

    private static WebhookSigner signer(List<String> secrets, List<String> keys) {
        return new WebhookSigner(secrets.isEmpty() ? Map.of() : Map.of("a", secrets), keys);
    }
}
