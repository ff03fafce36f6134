package io.atelier.bench.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A receiver that takes connections and never says a word. */
final class HangingReceiver implements AutoCloseable {
    private static final int BACKLOG = 200;

    private final ServerSocket server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    private final Queue<Socket> taken = new ConcurrentLinkedQueue<>();

    HangingReceiver() throws IOException {
        Thread thread = new Thread(this::accept, "hanging-receiver");
        thread.setDaemon(true);
        thread.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/hook";
    }

    int connections() {
        return taken.size();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                taken.add(server.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : taken) {
            socket.close();
        }
    }
}
