package io.atelier.bench.cluster;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One request or answer of HTTP/1.1, with all of its bytes. As much of the protocol as a store and its clients speak. */
record HttpMessage(String startLine, String head, byte[] bytes) {

    /** @return null if the other side has closed the connection */
    static HttpMessage readRequest(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String head = readHead(in, bytes);
        return head == null ? null : readBody(in, head, bytes, true);
    }

    static HttpMessage readAnswer(InputStream in, String method) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String head = readHead(in, bytes);
        if (head == null) {
            throw new EOFException("The store has closed the connection");
        }
        String status = head.split(" ", 3)[1];
        boolean hasBody = !method.equals("HEAD") && !status.equals("204") && !status.equals("304");
        return readBody(in, head, bytes, hasBody);
    }

    String method() {
        return startLine.substring(0, startLine.indexOf(' '));
    }

    String path() {
        return startLine.split(" ")[1];
    }

    boolean closes() {
        return "close".equals(header(head, "connection"));
    }

    private static String readHead(InputStream in, ByteArrayOutputStream bytes) throws IOException {
        int last = 0;
        while (last != 0x0d0a0d0a) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            bytes.write(next);
            last = last << 8 | next;
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    private static HttpMessage readBody(InputStream in, String head, ByteArrayOutputStream bytes, boolean hasBody)
            throws IOException {
        String length = header(head, "content-length");
        if (hasBody && length != null) {
            read(in, Integer.parseInt(length), bytes);
        } else if (hasBody && "chunked".equals(header(head, "transfer-encoding"))) {
            readChunks(in, bytes);
        }
        return new HttpMessage(head.substring(0, head.indexOf("\r\n")), head, bytes.toByteArray());
    }

    private static void readChunks(InputStream in, ByteArrayOutputStream bytes) throws IOException {
        int size;
        do {
            String line = readLine(in, bytes);
            size = Integer.parseInt(line.split(";")[0].strip(), 16);
            read(in, size + 2, bytes);
        } while (size > 0);
    }

    private static String readLine(InputStream in, ByteArrayOutputStream bytes) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            bytes.write(next);
            line.append((char) next);
        }
        bytes.write('\n');
        return line.toString();
    }

    private static void read(InputStream in, int count, ByteArrayOutputStream bytes) throws IOException {
        byte[] body = in.readNBytes(count);
        if (body.length < count) {
            throw new EOFException();
        }
        bytes.write(body);
    }

    private static String header(String head, String name) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip().toLowerCase(Locale.ROOT))
                .findFirst()
                .orElse(null);
    }
}
