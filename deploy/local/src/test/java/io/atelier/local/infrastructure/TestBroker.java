package io.atelier.local.infrastructure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;

/** The embedded broker alone, in the test's own process. */
public final class TestBroker implements AutoCloseable {
    private final EmbeddedBroker broker;
    private final String bootstrapServers;

    private TestBroker(EmbeddedBroker broker, String bootstrapServers) {
        this.broker = broker;
        this.bootstrapServers = bootstrapServers;
    }

    public static TestBroker start(Path data) throws Exception {
        int port = freePort();
        return new TestBroker(EmbeddedBroker.start(data, port, freePort()), "127.0.0.1:" + port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Of any client. */
    public Map<String, Object> settings() {
        return Map.of("bootstrap.servers", bootstrapServers, "client.id", "test");
    }

    @Override
    public void close() {
        broker.close();
    }
}
