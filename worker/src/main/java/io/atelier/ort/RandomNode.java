package io.atelier.ort;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts an input in the place of the node that draws random numbers in a graph, so that whoever runs the graph says what they
 * are. The file is edited in protobuf's wire format, where all else stays as it is, byte for byte.
 *
 * @see "onnx.proto: ModelProto, GraphProto, NodeProto, ValueInfoProto"
 */
final class RandomNode {
    private static final Set<String> OPERATORS = Set.of("RandomNormal", "RandomNormalLike");
    private static final String IDENTITY = "Identity";

    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INPUT = 11;
    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_OPERATOR = 4;
    private static final int VALUE_NAME = 1;
    private static final int VALUE_TYPE = 2;
    /** A TypeProto: a tensor of float32 numbers with four axes of any extent. */
    private static final byte[] FLOAT_TENSOR = {0x0a, 0x0c, 0x08, 0x01, 0x12, 0x08, 0x0a, 0, 0x0a, 0, 0x0a, 0, 0x0a, 0};

    private RandomNode() {}

    /**
     * @param input what the graph's new input is called, float32 of four axes
     * @return the edited file; empty if there is not exactly one such node
     */
    static Optional<byte[]> replace(Path file, String input) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return edit(channel.map(MapMode.READ_ONLY, 0, channel.size()), input);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return Optional.empty(); // no protobuf: the runtime will say so
        }
    }

    private static Optional<byte[]> edit(ByteBuffer model, String input) {
        ByteArrayOutputStream edited = new ByteArrayOutputStream(model.remaining());
        int replaced = 0;
        for (Field field : Field.all(model)) {
            if (field.number == MODEL_GRAPH) {
                ByteArrayOutputStream graph = new ByteArrayOutputStream(field.content.remaining());
                replaced += editGraph(field.content, input, graph);
                write(edited, MODEL_GRAPH, graph.toByteArray());
            } else {
                write(edited, field.whole);
            }
        }
        return replaced == 1 ? Optional.of(edited.toByteArray()) : Optional.empty();
    }

    private static int editGraph(ByteBuffer graph, String input, ByteArrayOutputStream edited) {
        int replaced = 0;
        for (Field field : Field.all(graph)) {
            if (field.number == GRAPH_NODE && OPERATORS.contains(text(field.content, NODE_OPERATOR))) {
                write(edited, GRAPH_NODE, identity(input, text(field.content, NODE_OUTPUT)));
                replaced++;
            } else {
                write(edited, field.whole);
            }
        }
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        write(value, VALUE_NAME, input.getBytes(StandardCharsets.UTF_8));
        write(value, VALUE_TYPE, FLOAT_TENSOR);
        write(edited, GRAPH_INPUT, value.toByteArray());
        return replaced;
    }

    private static byte[] identity(String input, String output) {
        ByteArrayOutputStream node = new ByteArrayOutputStream();
        write(node, NODE_INPUT, input.getBytes(StandardCharsets.UTF_8));
        write(node, NODE_OUTPUT, output.getBytes(StandardCharsets.UTF_8));
        write(node, NODE_OPERATOR, IDENTITY.getBytes(StandardCharsets.UTF_8));
        return node.toByteArray();
    }

    /** The last string with that number in a message; empty if there is none. */
    private static String text(ByteBuffer message, int number) {
        String found = "";
        for (Field field : Field.all(message)) {
            if (field.number == number) {
                found = StandardCharsets.UTF_8.decode(field.content.duplicate()).toString();
            }
        }
        return found;
    }

    private static void write(ByteArrayOutputStream out, int number, byte[] content) {
        writeVarint(out, number << 3 | Field.LENGTH_DELIMITED);
        writeVarint(out, content.length);
        out.writeBytes(content);
    }

    private static void write(ByteArrayOutputStream out, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        out.writeBytes(copy);
    }

    private static void writeVarint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest > 0x7f) {
            out.write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    /**
     * One field of a message.
     *
     * @param whole   with its key and length
     * @param content of a length-delimited field; empty for others
     */
    private record Field(int number, ByteBuffer whole, ByteBuffer content) {
        static final int LENGTH_DELIMITED = 2;

        static List<Field> all(ByteBuffer message) {
            List<Field> fields = new ArrayList<>();
            ByteBuffer in = message.duplicate();
            while (in.hasRemaining()) {
                int start = in.position();
                int key = (int) varint(in);
                int contentLength = skip(in, key & 7);
                int end = in.position();
                fields.add(new Field(
                        key >>> 3, in.slice(start, end - start), in.slice(end - contentLength, contentLength)));
            }
            return fields;
        }

        /** Moves on to the next field, and returns the length of a length-delimited one. */
        private static int skip(ByteBuffer in, int wireType) {
            switch (wireType) {
                case 0:
                    varint(in);
                    return 0;
                case 1:
                    in.getLong();
                    return 0;
                case LENGTH_DELIMITED:
                    int length = Math.toIntExact(varint(in));
                    in.position(in.position() + length);
                    return length;
                case 5:
                    in.getInt();
                    return 0;
                default:
                    throw new IllegalArgumentException("Not a wire type of protobuf: " + wireType);
            }
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                byte next = in.get();
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("Not a number of protobuf: longer than 10 bytes");
        }
    }
}
