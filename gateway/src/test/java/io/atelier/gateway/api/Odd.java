package io.atelier.gateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Random;

/** What no document would think of. */
final class Odd {
    private static final List<String> TEXTS = List.of(
            "",
            "x",
            "-",
            "%00",
            "%zz",
            "%",
            "%2e%2e%2f",
            "%c3%28",
            "%ed%a0%80",
            "a%20b",
            "'%20OR%201=1",
            "\u00fc",
            "%F0%9F%8E%A8",
            "0",
            "-1",
            "99999999999999999999",
            "null",
            "[]",
            "{}",
            "2026-01-01T00:00:00Z",
            "a".repeat(300));

    private static final List<String> BODIES = List.of(
            "",
            "{",
            "[]",
            "null",
            "\"\"",
            "{\"input\":{}} x",
            "\u0000",
            "{\"a\":1,\"a\":2}",
            "{\"input\":{\"prompt\":\"x\",\"prompt\":\"y\"}}",
            "[".repeat(2000),
            "{\"input\":".repeat(100) + "1" + "}".repeat(100),
            "{\"input\":{\"prompt\":\"" + "x".repeat(70_000) + "\"}}");

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "8",
            "2400",
            "0.5",
            "-0.0",
            "1E9",
            "1e400",
            "1e-400",
            "9223372036854775807",
            "9223372036854775808",
            "[]",
            "{}",
            "[[]]",
            "{\"\":1}",
            "{\"width\":8,\"height\":-8}",
            "\"\"",
            "\"high\"",
            "\"png\"",
            "\"euler\"",
            "\"PT5M\"",
            "\"PT2562047788015215H\"",
            "\"0000-01-01T00:00:00Z\"",
            "\"+1000000-01-01T00:00:00Z\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\ud83c\udfa8\"",
            "\"../..\"",
            "\"http://[::\"",
            "\"http://169.254.169.254/\"",
            "\"" + "x".repeat(600) + "\"");

    /** As large numbers and lone surrogates are sent, they must be written as they are listed. */
    private static final ObjectMapper AS_WRITTEN =
            new ObjectMapper().enable(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private Odd() {}

    /** For a path, a query or a name; not encoded. */
    static String text(Random random) {
        return pick(random, TEXTS);
    }

    static String body(Random random) {
        return pick(random, BODIES);
    }

    static JsonNode value(Random random) {
        try {
            return AS_WRITTEN.readTree(pick(random, VALUES));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of nothing that there is, or hardly. */
    static String target(Random random) {
        String one = text(random);
        String other = text(random);
        return pick(
                random,
                List.of(
                        "/",
                        "//",
                        "/v1",
                        "/v1//queue/",
                        "/v2/generations",
                        "/" + one,
                        "/v1/" + one,
                        "/v1/generations/" + one + "/" + other,
                        "/v1/images/" + one,
                        "/v1/models/" + one,
                        "/v1/schemas/../queue",
                        "/v1/queue?" + one + "=" + other));
    }

    static <T> T pick(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
