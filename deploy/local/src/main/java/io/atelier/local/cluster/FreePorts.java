package io.atelier.local.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/** Hands out loopback ports that nobody listens on, each one once. */
public final class FreePorts {
    private final Set<Integer> handedOut = new HashSet<>();

    /** {@code wanted} if it is free, else any free port. */
    int preferably(int wanted) {
        return isFree(wanted) && handedOut.add(wanted) ? wanted : any();
    }

    public int any() {
        int port;
        do {
            port = bindAndRelease(0);
        } while (!handedOut.add(port));
        return port;
    }

    private static boolean isFree(int port) {
        try {
            return bindAndRelease(port) == port;
        } catch (UncheckedIOException taken) {
            return false;
        }
    }

    private static int bindAndRelease(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // Without this a port that a stopped cluster used a moment ago counts as taken for minutes.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
