package io.atelier.gateway.webhooks;

import io.atelier.testing.SettableClock;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A receiver with a socket of its own that answers every request as a dice says, and remembers all that it heard. */
final class FaultyReceiver implements AutoCloseable {
    /** @param status of the answer; 0 without a whole one. @param share how often of a thousand times */
    enum Answer {
        TAKEN(200, 570),
        TAKEN_SILENTLY(204, 100),
        TAKEN_SLOWLY(200, 30),
        TAKEN_WITH_A_FLOOD_OF_CONTENT(200, 20),
        SILENCE(0, 3),
        RESET(0, 50),
        HUNG_UP(0, 30),
        FLOOD_OF_HEADERS(0, 10),
        BROKEN_WITH_A_FLOOD_OF_CONTENT(500, 10),
        BROKEN(503, 40),
        BUSY(429, 50),
        MOVED(307, 50),
        NOT_FOUND(404, 30),
        GONE(410, 7);

        private final int status;
        private final int share;

        Answer(int status, int share) {
            this.status = status;
            this.share = share;
        }

        int status() {
            return status;
        }

        boolean accepts() {
            return status >= 200 && status < 300;
        }

        /** Says that the receiver itself is not well, whatever it is told. */
        boolean isFaultOfReceiver() {
            return status == 0 || status == 429 || status >= 500;
        }
    }

    /** @param wish how long the receiver asked to be left alone, if it did */
    record Heard(String path, Map<String, String> headers, String body, Instant at, Answer answer, Duration wish) {
        String message() {
            return headers.get("webhook-id");
        }
    }

    private static final String MOVED_TO = "/moved";

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Heard> heard = new ArrayList<>();
    private final Map<String, Integer> requests = new HashMap<>();
    private final long seed;
    private final SettableClock clock;
    private final Instant wellFrom;

    /** @param wellFrom until when every connection is reset */
    FaultyReceiver(long seed, SettableClock clock, Instant wellFrom) throws IOException {
        this.seed = seed;
        this.clock = clock;
        this.wellFrom = wellFrom;
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/hook";
    }

    /** In the order in which it came. */
    synchronized List<Heard> heard() {
        return List.copyOf(heard);
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                threads.execute(() -> serve(connection));
            }
        } catch (IOException closed) {
            // At the end of the test.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            for (Heard request = read(in); request != null; request = read(in)) {
                answer(request, connection, in);
            }
        } catch (IOException hungUp) {
            // By the gateway, or by us.
        }
    }

    /** null at the end of the connection. */
    private Heard read(InputStream in) throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            return null;
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String[] header = line.split(": *", 2);
            headers.put(header[0].toLowerCase(Locale.ROOT), header[1]);
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.get("content-length")));
        return remember(first.split(" ")[1], headers, new String(body, StandardCharsets.UTF_8));
    }

    private synchronized Heard remember(String path, Map<String, String> headers, String body) {
        int attempt = requests.merge(headers.get("webhook-id"), 1, Integer::sum);
        // Not from one stream of numbers: threads would share it in another order each time.
        SplittableRandom dice = new SplittableRandom((seed + headers.get("webhook-id") + attempt).hashCode());
        Answer answer = clock.instant().isBefore(wellFrom) ? Answer.RESET : draw(dice);
        Duration wish = answer == Answer.BUSY ? Duration.ofSeconds(1 + dice.nextInt(7200)) : Duration.ZERO;
        Heard request = new Heard(path, headers, body, clock.instant(), answer, wish);
        heard.add(request);
        return request;
    }

    private static Answer draw(SplittableRandom dice) {
        int number = dice.nextInt(1000);
        for (Answer answer : Answer.values()) {
            number -= answer.share;
            if (number < 0) {
                return answer;
            }
        }
        throw new IllegalStateException("The shares are not a thousand in all");
    }

    private void answer(Heard request, Socket connection, InputStream in) throws IOException {
        switch (request.answer) {
            case SILENCE -> in.readAllBytes();
            case HUNG_UP -> connection.close();
            case RESET -> {
                connection.setSoLinger(true, 0);
                connection.close();
            }
            case FLOOD_OF_HEADERS -> {
                write(connection, "HTTP/1.1 200 OK\r\n");
                flood(connection, "X: " + "x".repeat(1000) + "\r\n");
            }
            case TAKEN_WITH_A_FLOOD_OF_CONTENT, BROKEN_WITH_A_FLOOD_OF_CONTENT -> {
                write(connection, "HTTP/1.1 " + request.answer.status + " .\r\n\r\n");
                flood(connection, "x".repeat(1 << 16));
            }
            case TAKEN_SLOWLY -> {
                for (char letter : head(request).toCharArray()) {
                    write(connection, String.valueOf(letter));
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
                }
            }
            default -> write(connection, head(request));
        }
    }

    private String head(Heard request) {
        String more = switch (request.answer) {
            case MOVED -> "Location: " + MOVED_TO + "\r\n";
            case BUSY -> "Retry-After: " + retryAfter(request) + "\r\n";
            default -> "";
        };
        String length = request.answer.status == 204 ? "" : "Content-Length: 0\r\n";
        return "HTTP/1.1 " + request.answer.status + " .\r\n" + length + more + "\r\n";
    }

    /** As seconds, or as a date where that says the same. */
    private static String retryAfter(Heard request) {
        boolean wholeSeconds = request.at.getNano() == 0;
        return wholeSeconds
                ? DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        request.at.plus(request.wish).atOffset(ZoneOffset.UTC))
                : Long.toString(request.wish.toSeconds());
    }

    private static void flood(Socket connection, String drop) throws IOException {
        while (true) {
            write(connection, drop);
        }
    }

    private static void write(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.US_ASCII).trim();
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
