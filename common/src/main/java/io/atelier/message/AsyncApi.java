package io.atelier.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The description of all topics for programs and people, on the schemas in {@link Schemas}. */
public final class AsyncApi {
    public static final String FILE_NAME = "asyncapi.yaml";
    private static final String RESOURCE = "/io/atelier/" + FILE_NAME;

    private AsyncApi() {}

    /** AsyncAPI 3 in YAML. Refers to schemas as {@code schemas/NAME}, beside itself. */
    public static String text() {
        try (InputStream in = AsyncApi.class.getResourceAsStream(RESOURCE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
