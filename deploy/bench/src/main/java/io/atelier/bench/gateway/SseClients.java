package io.atelier.bench.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Very many listeners to event streams, on one thread. */
final class SseClients implements AutoCloseable {
    private static final int BUFFER = 256 * 1024;
    /** Connections that are being made at a time; a server's queue for them is short. */
    private static final int PENDING = 64;

    /** Told of each event; times are of {@link System#nanoTime}. */
    interface Listener {
        void event(int client, String id, long time);
    }

    private final int port;
    private final Listener listener;
    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final List<Client> clients = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "sse-clients");
    private volatile boolean closed;
    private volatile IOException failure;

    /** @param paths of what each listens to */
    SseClients(int port, List<String> paths, Listener listener) throws IOException {
        this.port = port;
        this.listener = listener;
        for (int i = 0; i < paths.size(); i++) {
            clients.add(new Client(i, paths.get(i)));
        }
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Those whose stream has begun and not ended. */
    int open() {
        return open.get();
    }

    /** Those whose stream has come to its orderly end. */
    int ended() {
        return ended.get();
    }

    /** Those whose stream was not begun, or cut off. */
    int dropped() {
        return dropped.get();
    }

    /** @throws IllegalStateException if the client itself has failed */
    void requireWell() {
        if (failure != null) {
            throw new IllegalStateException("The listeners have failed", failure);
        }
    }

    private void run() {
        int next = 0;
        try {
            while (!closed) {
                while (next < clients.size() && next - open.get() - ended.get() - dropped.get() < PENDING) {
                    clients.get(next++).connect();
                }
                selector.select();
                selector.selectedKeys().forEach(key -> ((Client) key.attachment()).ready(key));
                selector.selectedKeys().clear();
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private final class Client {
        private final String path;
        private final SseReader reader;
        private boolean begun;
        private long time;

        Client(int number, String path) {
            this.path = path;
            this.reader = new SseReader(id -> listener.event(number, id, time));
        }

        void connect() throws IOException {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.register(selector, SelectionKey.OP_CONNECT, this);
        }

        void ready(SelectionKey key) {
            SocketChannel channel = (SocketChannel) key.channel();
            try {
                if (key.isConnectable()) {
                    channel.finishConnect();
                    String call = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                            + "\r\nAccept: text/event-stream\r\n\r\n";
                    // Far smaller than the empty buffer of a socket.
                    channel.write(ByteBuffer.wrap(call.getBytes(StandardCharsets.US_ASCII)));
                    key.interestOps(SelectionKey.OP_READ);
                } else {
                    read(key, channel);
                }
            } catch (IOException e) {
                end(key, dropped);
            }
        }

        private void read(SelectionKey key, SocketChannel channel) throws IOException {
            buffer.clear();
            int count = channel.read(buffer);
            time = System.nanoTime();
            reader.read(buffer.flip());
            if (!begun && reader.status() != null && reader.status().contains(" 200 ")) {
                begun = true;
                open.incrementAndGet();
            }
            if (reader.ended() && begun) {
                end(key, ended);
            } else if (count < 0 || reader.ended() || reader.status() != null && !begun) {
                end(key, dropped);
            }
        }

        private void end(SelectionKey key, AtomicInteger how) {
            key.cancel();
            try {
                key.channel().close();
            } catch (IOException alreadyClosed) {
                // Nothing is lost.
            }
            if (begun) {
                open.decrementAndGet();
                begun = false;
            }
            how.incrementAndGet();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
