package io.atelier.gateway.access;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Puts the plain classes together. */
public class AccessBeans {

    @Produces
    @Singleton
    ApiKeyStore keyStore(DataSource dataSource) {
        return new ApiKeyStore(dataSource);
    }

    @Produces
    @Singleton
    Identities identities(AccessConfig config, ApiKeyStore keys, Clock clock) {
        List<Identity> identities = new ArrayList<>();
        if (config.auth().contains(AccessConfig.Kind.KEYS)) {
            identities.add(new ApiKeys(keys, config.keyCache(), clock));
        }
        if (config.auth().contains(AccessConfig.Kind.OIDC)) {
            AccessConfig.Oidc oidc = config.oidc();
            identities.add(new OidcTokens(
                    oidc.issuer().orElseThrow(() -> missing("issuer")),
                    oidc.jwksUrl(),
                    oidc.audience().orElseThrow(() -> missing("audience")),
                    oidc.tenantClaim(),
                    oidc.timeout(),
                    clock));
        }
        return new Identities(identities);
    }

    private static IllegalArgumentException missing(String name) {
        return new IllegalArgumentException("atelier.access.auth=oidc needs atelier.access.oidc." + name);
    }

    @Produces
    @Singleton
    TenantLimits limits(AccessConfig config) {
        return new TenantLimits(config.limits(), config.tenants(), System::nanoTime);
    }
}
