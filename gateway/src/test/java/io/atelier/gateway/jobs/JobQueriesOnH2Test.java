package io.atelier.gateway.jobs;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;

class JobQueriesOnH2Test extends JobQueriesContract {
    @Override
    Database open() {
        return TestDatabases.h2();
    }
}
