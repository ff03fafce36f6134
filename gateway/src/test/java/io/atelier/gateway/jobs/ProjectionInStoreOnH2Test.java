package io.atelier.gateway.jobs;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;

class ProjectionInStoreOnH2Test extends ProjectionInStoreContract {
    @Override
    Database open() {
        return TestDatabases.h2();
    }
}
