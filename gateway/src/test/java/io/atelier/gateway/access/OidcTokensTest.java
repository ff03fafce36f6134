package io.atelier.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OidcTokensTest {
    private OpenIdProvider provider;
    private OidcTokens tokens;

    @BeforeEach
    void start() throws Exception {
        provider = new OpenIdProvider();
        tokens = tokens(Optional.empty());
    }

    private OidcTokens tokens(Optional<String> jwksUrl) {
        return new OidcTokens(
                provider.issuer(),
                jwksUrl,
                OpenIdProvider.AUDIENCE,
                "tenant",
                Duration.ofSeconds(5),
                Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    @Test
    void a_good_token_tells_its_tenant_by_keys_that_are_discovered_or_configured() {
        String token = provider.token(Map.of("tenant", "acme"));

        assertThat(tokens.isFor(token)).isTrue();
        assertThat(tokens.tenant(token)).isEqualTo("acme");
        assertThat(tokens(Optional.of(provider.jwksUrl())).tenant(token)).isEqualTo("acme");
    }

    @Test
    void keys_are_fetched_once_for_many_tokens() {
        for (int i = 0; i < 20; i++) {
            assertThat(tokens.tenant(provider.token(Map.of("tenant", "acme")))).isEqualTo("acme");
        }
        assertThat(provider.keyRequests).hasValue(1);
    }

    @Test
    void tokens_that_are_not_for_us_or_not_good_any_more_are_refused() {
        for (Consumer<JwtClaims> fault : List.<Consumer<JwtClaims>>of(
                claims -> claims.setIssuer("https://elsewhere.example"),
                claims -> claims.unsetClaim("iss"),
                claims -> claims.setAudience("another"),
                claims -> claims.unsetClaim("aud"),
                claims -> claims.setExpirationTime(
                        NumericDate.fromSeconds(NumericDate.now().getValue() - 60)),
                claims -> claims.unsetClaim("exp"),
                claims -> claims.setNotBeforeMinutesInThePast(-5))) {
            JwtClaims claims = provider.claims();
            claims.setClaim("tenant", "acme");
            fault.accept(claims);

            assertRefused(OpenIdProvider.sign(claims, provider.key), ErrorCode.UNAUTHORIZED);
        }
    }

    @Test
    void signatures_by_others_are_refused() throws Exception {
        JwtClaims claims = provider.claims();
        claims.setClaim("tenant", "acme");
        String good = OpenIdProvider.sign(claims, provider.key);

        assertRefused(OpenIdProvider.sign(claims, OpenIdProvider.newKey("first")), ErrorCode.UNAUTHORIZED);
        assertRefused(OpenIdProvider.sign(claims, OpenIdProvider.newKey("unknown")), ErrorCode.UNAUTHORIZED);
        assertRefused(good.substring(0, good.lastIndexOf('.') + 1), ErrorCode.UNAUTHORIZED);
        assertRefused(unsigned(claims), ErrorCode.UNAUTHORIZED);
        assertRefused(withPublicKeyAsSecret(claims), ErrorCode.UNAUTHORIZED);
        assertRefused("a.b.c", ErrorCode.UNAUTHORIZED);
    }

    private static String unsigned(JwtClaims claims) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + base64.encodeToString(claims.toJson().getBytes(StandardCharsets.UTF_8)) + ".";
    }

    /** The confusion of RFC 8725, section 2.1. */
    private String withPublicKeyAsSecret(JwtClaims claims) throws Exception {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(new HmacKey(provider.key.getPublicKey().getEncoded()));
        signature.setKeyIdHeaderValue(provider.key.getKeyId());
        signature.setAlgorithmHeaderValue("HS256");
        return signature.getCompactSerialization();
    }

    @Test
    void a_good_token_without_a_tenant_is_of_no_use() {
        assertRefused(provider.token(Map.of()), ErrorCode.FORBIDDEN);
        assertRefused(provider.token(Map.of("tenant", "../acme")), ErrorCode.FORBIDDEN);
        assertRefused(provider.token(Map.of("tenant", List.of("acme"))), ErrorCode.FORBIDDEN);
    }

    @Test
    void nobody_can_be_known_while_the_provider_is_away() {
        String token = provider.token(Map.of("tenant", "acme"));
        provider.close();

        assertRefused(token, ErrorCode.IDENTITY_UNAVAILABLE);
        assertRefused(token, ErrorCode.IDENTITY_UNAVAILABLE);
    }

    private void assertRefused(String token, ErrorCode code) {
        assertThatThrownBy(() -> tokens.tenant(token))
                .isInstanceOfSatisfying(
                        GenerationException.class,
                        e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code))
                .hasMessageNotContaining(token);
    }
}
