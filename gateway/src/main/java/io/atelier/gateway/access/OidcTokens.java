package io.atelier.gateway.access;

import static org.jose4j.jws.AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256;
import static org.jose4j.jws.AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384;
import static org.jose4j.jws.AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_PSS_USING_SHA256;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_USING_SHA256;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_USING_SHA384;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_USING_SHA512;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Tenant;
import io.atelier.message.Json;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jose4j.http.Get;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;

/**
 * Knows callers by tokens that an OpenID provider has signed: for this audience, not yet expired, and with a claim that names
 * the tenant. Only signatures by public keys count.
 *
 * @see "RFC 7519, JSON Web Token; RFC 8725, JSON Web Token Best Current Practices"
 */
public final class OidcTokens implements Identity {
    private static final String DISCOVERY = "/.well-known/openid-configuration";
    private static final int CLOCK_SKEW_SECONDS = 30;
    private static final Duration KEYS_HOLD = Duration.ofMinutes(10);
    /** How long a provider that does not answer is left alone, and its keys are not asked for again. */
    private static final Duration REST = Duration.ofSeconds(5);

    private final String issuer;
    private final Optional<String> jwksUrl;
    private final String audience;
    private final String tenantClaim;
    private final Clock clock;
    private final Get http = new Get();
    private JwtConsumer consumer;
    private Instant restUntil = Instant.MIN;

    /** @param jwksUrl empty if the provider is to be asked */
    public OidcTokens(
            String issuer,
            Optional<String> jwksUrl,
            String audience,
            String tenantClaim,
            Duration timeout,
            Clock clock) {
        this.issuer = issuer;
        this.jwksUrl = jwksUrl;
        this.audience = audience;
        this.tenantClaim = tenantClaim;
        this.clock = clock;
        http.setConnectTimeout((int) timeout.toMillis());
        http.setReadTimeout((int) timeout.toMillis());
        http.setRetries(0);
    }

    @Override
    public boolean isFor(String token) {
        return token.chars().filter(character -> character == '.').count() == 2;
    }

    /** Tokens can expire at any moment, and to judge one takes less than a millisecond. */
    @Override
    public Optional<String> remembered(String token) {
        return Optional.empty();
    }

    @Override
    public String tenant(String token) {
        try {
            JwtClaims claims = consumer().processToClaims(token);
            Object tenant = claims.getClaimValue(tenantClaim);
            if (!(tenant instanceof String) || !Tenant.isValid((String) tenant)) {
                throw new GenerationException(
                        ErrorCode.FORBIDDEN, "The token has no claim \"" + tenantClaim + "\" that names a tenant");
            }
            return (String) tenant;
        } catch (InvalidJwtException e) {
            if (isCausedByProvider(e)) {
                throw unavailable(e);
            }
            // The library's own message holds the token.
            throw new GenerationException(ErrorCode.UNAUTHORIZED, "The token is not valid");
        }
    }

    private static boolean isCausedByProvider(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    private GenerationException unavailable(Exception cause) {
        return new GenerationException(
                ErrorCode.IDENTITY_UNAVAILABLE,
                "The OpenID provider " + issuer + " does not tell its keys: "
                        + cause.getClass().getSimpleName());
    }

    private synchronized JwtConsumer consumer() {
        if (consumer == null) {
            if (clock.instant().isBefore(restUntil)) {
                throw unavailable(new IOException());
            }
            HttpsJwks keys = new HttpsJwks(jwksUrl.orElseGet(this::discover));
            keys.setSimpleHttpGet(http);
            keys.setDefaultCacheDuration(KEYS_HOLD.toSeconds());
            keys.setRetainCacheOnErrorDuration(KEYS_HOLD.toSeconds());
            // Tokens with unknown keys must not make us ask the provider as often as they come.
            keys.setRefreshReprieveThreshold(REST.toMillis());
            consumer = new JwtConsumerBuilder()
                    .setExpectedIssuer(issuer)
                    .setExpectedAudience(audience)
                    .setRequireExpirationTime()
                    .setAllowedClockSkewInSeconds(CLOCK_SKEW_SECONDS)
                    .setJwsAlgorithmConstraints(
                            ConstraintType.PERMIT,
                            RSA_USING_SHA256,
                            RSA_USING_SHA384,
                            RSA_USING_SHA512,
                            RSA_PSS_USING_SHA256,
                            ECDSA_USING_P256_CURVE_AND_SHA256,
                            ECDSA_USING_P384_CURVE_AND_SHA384,
                            ECDSA_USING_P521_CURVE_AND_SHA512)
                    .setVerificationKeyResolver(new HttpsJwksVerificationKeyResolver(keys))
                    .build();
        }
        return consumer;
    }

    /** @see "OpenID Connect Discovery 1.0, section 4" */
    private String discover() {
        try {
            String address = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
            JsonNode description =
                    Json.mapper().readTree(http.get(address + DISCOVERY).getBody());
            if (!issuer.equals(description.path("issuer").textValue())
                    || !description.path("jwks_uri").isTextual()) {
                throw new IOException("The description is of another issuer, or names no keys");
            }
            return description.path("jwks_uri").textValue();
        } catch (IOException e) {
            restUntil = clock.instant().plus(REST);
            throw unavailable(e);
        }
    }
}
