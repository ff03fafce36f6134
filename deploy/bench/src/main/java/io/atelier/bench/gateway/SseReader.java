package io.atelier.bench.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds the ids of server-sent events in the bytes of a chunked HTTP answer, as they come, and keeps nothing else of them.
 *
 * @see "RFC 9112, section 7.1 Chunked Transfer Coding"
 */
final class SseReader {
    /** Longer than any line of interest; of longer ones the beginning is kept. */
    private static final int LONGEST = 128;

    private enum State {
        HEAD,
        SIZE,
        DATA,
        DATA_END,
        END
    }

    /** Told of each event. */
    interface Listener {
        void event(String id);
    }

    private final Listener listener;
    private final Line frame = new Line();
    private final Line field = new Line();
    private State state = State.HEAD;
    private int left;
    private String status;
    private String id;

    SseReader(Listener listener) {
        this.listener = listener;
    }

    /** The first line of the answer; null until it is there. */
    String status() {
        return status;
    }

    /** Whether the answer has come to its orderly end. */
    boolean ended() {
        return state == State.END;
    }

    void read(ByteBuffer bytes) {
        while (bytes.hasRemaining() && state != State.END) {
            byte next = bytes.get();
            if (state == State.DATA) {
                field.add(next).ifPresent(this::field);
                state = --left == 0 ? State.DATA_END : State.DATA;
            } else {
                frame.add(next).ifPresent(this::frame);
            }
        }
    }

    private void frame(String text) {
        switch (state) {
            case HEAD -> {
                status = status == null ? text : status;
                state = text.isEmpty() ? State.SIZE : State.HEAD;
            }
            case SIZE -> {
                left = Integer.parseInt(text, 16);
                state = left == 0 ? State.END : State.DATA;
            }
            default -> state = State.SIZE;
        }
    }

    private void field(String text) {
        if (text.startsWith("id:")) {
            id = text.substring(3).trim();
        } else if (text.isEmpty() && id != null) {
            listener.event(id);
            id = null;
        }
    }

    /** Collects bytes to lines. A line of the stream may begin in one chunk and end in another. */
    private static final class Line {
        private final byte[] bytes = new byte[LONGEST];
        private int length;

        /** The line, if this was its end. */
        Optional<String> add(byte next) {
            if (next == '\n') {
                String text = new String(bytes, 0, length, StandardCharsets.US_ASCII).trim();
                length = 0;
                return Optional.of(text);
            }
            if (length < LONGEST) {
                bytes[length++] = next;
            }
            return Optional.empty();
        }
    }
}
