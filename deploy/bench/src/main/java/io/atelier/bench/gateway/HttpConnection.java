package io.atelier.bench.gateway;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * A connection to the gateway that is kept alive for one call after the other. Knows as much of HTTP/1.1 as the gateway's
 * answers need: on few cores a client that knows more would take their time from the gateway that is measured.
 */
final class HttpConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int end;

    HttpConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = socket.getInputStream();
    }

    /** An answer. */
    record Answer(int status, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    static byte[] get(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] post(String path, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
                        + "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    /** Sends a whole request and waits for the whole answer. */
    Answer call(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        int length = 0;
        boolean chunked = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        lower.substring("content-length:".length()).trim());
            } else if (lower.startsWith("transfer-encoding:")) {
                chunked = lower.endsWith("chunked");
            }
        }
        return new Answer(status, chunked ? chunks() : take(length));
    }

    private byte[] chunks() throws IOException {
        byte[] all = new byte[0];
        int length;
        do {
            length = Integer.parseInt(line().trim(), 16);
            byte[] chunk = take(length);
            all = Arrays.copyOf(all, all.length + length);
            System.arraycopy(chunk, 0, all, all.length - length, length);
            line();
        } while (length > 0);
        return all;
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder(64);
        for (int next = read(); next != '\n'; next = read()) {
            if (next != '\r') {
                text.append((char) next);
            }
        }
        return text.toString();
    }

    private int read() throws IOException {
        if (position == end) {
            fill();
        }
        return buffer[position++] & 0xff;
    }

    private void fill() throws IOException {
        position = 0;
        end = Math.max(0, in.read(buffer));
        if (end == 0) {
            throw new EOFException("The gateway hung up");
        }
    }

    private byte[] take(int length) throws IOException {
        byte[] taken = new byte[length];
        int done = 0;
        while (done < length) {
            if (position == end) {
                fill();
            }
            int some = Math.min(length - done, end - position);
            System.arraycopy(buffer, position, taken, done, some);
            position += some;
            done += some;
        }
        return taken;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
