package io.atelier.bench.cluster;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * Stands between a store and its clients on the loopback interface and spoils requests, as told while it runs. Requests pass
 * byte for byte, so that their signatures hold.
 */
public final class FaultProxy implements AutoCloseable {
    private static final byte[] UNAVAILABLE =
            ("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
    private static final long HOLD_CHECK_MILLIS = 20;

    /** What becomes of a request. */
    public enum Fault {
        NONE,
        /** Refused with status 503. */
        UNAVAILABLE,
        /** The connection is reset. */
        RESET,
        /** Taken, and never answered while the fault lasts; the store does not see it. */
        BLACKHOLE,
        /** Done by the store, but the connection breaks before the answer. */
        LOST_ANSWER,
        /** Done by the store, and never answered while the fault lasts. */
        HELD_ANSWER,
        /** Answered, but a second late. */
        SLOW
    }

    /** A request as the proxy saw it. */
    public record Seen(String method, String path, Fault fault, long nanoTime) {}

    private record Rule(Predicate<Seen> which, Fault fault) {}

    private final ServerSocket server;
    private final int target;
    private final ExecutorService threads = Executors.newCachedThreadPool(FaultProxy::daemon);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private volatile Rule rule = new Rule(request -> true, Fault.NONE);

    private FaultProxy(ServerSocket server, int target) {
        this.server = server;
        this.target = target;
    }

    /** @param target port of the store on the loopback interface */
    public static FaultProxy start(int target) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        FaultProxy proxy = new FaultProxy(server, target);
        proxy.threads.execute(proxy::accept);
        return proxy;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "fault-proxy");
        thread.setDaemon(true);
        return thread;
    }

    public int port() {
        return server.getLocalPort();
    }

    /** From now on, until the next call, for requests that are still to come. */
    public void inject(Fault fault, Predicate<Seen> which) {
        rule = new Rule(which, fault);
    }

    public void heal() {
        inject(Fault.NONE, request -> true);
    }

    /** Every spoiled request so far, in the order of their coming. */
    public List<Seen> spoiled() {
        return List.copyOf(seen);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                // Closed; or one connection failed, which its client has seen.
            }
        }
    }

    private void serve(Socket client) {
        open.add(client);
        try (client;
                Socket store = new Socket(InetAddress.getLoopbackAddress(), target)) {
            client.setTcpNoDelay(true);
            store.setTcpNoDelay(true);
            InputStream requests = new BufferedInputStream(client.getInputStream());
            InputStream answers = new BufferedInputStream(store.getInputStream());
            boolean goOn = true;
            while (goOn) {
                HttpMessage request = HttpMessage.readRequest(requests);
                goOn = request != null && exchange(request, client, answers, store.getOutputStream());
            }
        } catch (IOException | InterruptedException e) {
            // Either side has gone, which the other one sees by its connection's end.
        } finally {
            open.remove(client);
        }
    }

    /** @return whether the connection can take another request */
    private boolean exchange(HttpMessage request, Socket client, InputStream answers, OutputStream store)
            throws IOException, InterruptedException {
        Rule current = rule;
        Seen asked = new Seen(request.method(), request.path(), current.fault, System.nanoTime());
        if (current.fault == Fault.NONE || !current.which.test(asked)) {
            return pass(request, client, answers, store);
        }
        switch (current.fault) {
            case UNAVAILABLE -> {
                seen.add(asked);
                client.getOutputStream().write(UNAVAILABLE);
            }
            case RESET -> {
                seen.add(asked);
                client.setSoLinger(true, 0);
            }
            case BLACKHOLE -> {
                seen.add(asked);
                hold(current);
            }
            case LOST_ANSWER -> {
                forward(request, answers, store);
                seen.add(asked);
            }
            case HELD_ANSWER -> {
                forward(request, answers, store);
                seen.add(asked);
                hold(current);
            }
            default -> {
                seen.add(asked);
                Thread.sleep(1000);
                return pass(request, client, answers, store);
            }
        }
        return false;
    }

    private static boolean pass(HttpMessage request, Socket client, InputStream answers, OutputStream store)
            throws IOException {
        HttpMessage answer = forward(request, answers, store);
        client.getOutputStream().write(answer.bytes());
        return !answer.closes();
    }

    private static HttpMessage forward(HttpMessage request, InputStream answers, OutputStream store)
            throws IOException {
        store.write(request.bytes());
        store.flush();
        return HttpMessage.readAnswer(answers, request.method());
    }

    private void hold(Rule current) throws InterruptedException {
        while (rule == current && !server.isClosed()) {
            Thread.sleep(HOLD_CHECK_MILLIS);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket client : open) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
