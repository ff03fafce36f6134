package io.atelier.message;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The JSON Schemas of the contract, the normative form of every message. */
public enum Schemas {
    REQUEST("generation-request"),
    CANCEL("generation-cancel"),
    GENERATION("generation"),
    PAGE("generation-page"),
    EVENT("generation-event"),
    WORKER("worker");

    private static final String BASE = "https://atelier.io/schemas/";
    private static final String FOLDER = "/io/atelier/schemas/";
    private static final SchemaRegistry REGISTRY = createRegistry();

    private final String fileName;

    Schemas(String name) {
        this.fileName = name + ".schema.json";
    }

    /** The schema's own text. */
    public String text() {
        return read(fileName);
    }

    public String fileName() {
        return fileName;
    }

    Schema schema() {
        return REGISTRY.getSchema(SchemaLocation.of(BASE + fileName), text(), InputFormat.JSON);
    }

    private static SchemaRegistry createRegistry() {
        SchemaRegistryConfig config = SchemaRegistryConfig.builder()
                .formatAssertionsEnabled(true)
                // Messages are part of the answers, which must not depend on where the server stands.
                .locale(Locale.ENGLISH)
                .build();
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaRegistryConfig(config)
                        .schemas(iri -> iri.startsWith(BASE) ? read(iri.substring(BASE.length())) : null));
    }

    private static String read(String fileName) {
        try (InputStream in = Schemas.class.getResourceAsStream(FOLDER + fileName)) {
            if (in == null) {
                throw new IllegalArgumentException("No such schema: " + fileName);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
