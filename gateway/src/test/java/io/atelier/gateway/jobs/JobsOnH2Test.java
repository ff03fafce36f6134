package io.atelier.gateway.jobs;

import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;

class JobsOnH2Test extends JobsContract {
    @Override
    Database open() {
        return TestDatabases.h2();
    }

    @Override
    boolean isShared() {
        return false;
    }
}
