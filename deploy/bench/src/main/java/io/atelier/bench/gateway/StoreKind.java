package io.atelier.bench.gateway;

import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.testing.PostgresServer;

/** Where a gateway keeps what it knows. */
enum StoreKind {
    H2("H2 file") {
        @Override
        void run(SimulatedCluster cluster, GatewaySettings settings, Work work) throws Exception {
            settings.startGateway(cluster);
            measure(cluster, work);
        }
    },
    POSTGRESQL("PostgreSQL that syncs its log at each commit") {
        @Override
        void run(SimulatedCluster cluster, GatewaySettings settings, Work work) throws Exception {
            PostgresServer server = PostgresServer.startDurable();
            try {
                settings.startGateway(cluster, server.newDatabase());
                measure(cluster, work);
            } finally {
                server.stop();
            }
        }
    };

    private final String description;

    StoreKind(String description) {
        this.description = description;
    }

    /** Starts a gateway with an empty store, and stops it after {@code work}. */
    abstract void run(SimulatedCluster cluster, GatewaySettings settings, Work work) throws Exception;

    private static void measure(SimulatedCluster cluster, Work work) throws Exception {
        try {
            work.run();
        } finally {
            cluster.gateway().kill();
        }
    }

    @Override
    public String toString() {
        return description;
    }

    interface Work {
        void run() throws Exception;
    }
}
