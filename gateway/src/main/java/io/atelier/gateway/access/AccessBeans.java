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
        return new Identities(identities);
    }
}
