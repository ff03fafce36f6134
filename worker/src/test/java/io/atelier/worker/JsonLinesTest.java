package io.atelier.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.message.Json;
import java.io.IOException;
import java.util.Map;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
    @Test
    void a_line_is_one_object_with_the_generation_beside_the_message() throws IOException {
        ExtLogRecord record = record("first\nsecond \"quoted\"");
        record.setMdc(Map.of("generation", "job-1"));

        String line = new JsonLines().format(record);

        assertThat(line).endsWith("}\n").hasLineCount(1);
        JsonNode json = Json.mapper().readTree(line);
        assertThat(json.path("message").textValue()).isEqualTo("first\nsecond \"quoted\"");
        assertThat(json.path("generation").textValue()).isEqualTo("job-1");
        assertThat(json.path("level").textValue()).isEqualTo("WARN");
        assertThat(json.path("logger").textValue()).isEqualTo("io.atelier.Test");
        assertThat(json.has("stack")).isFalse();
    }

    @Test
    void the_context_cannot_pose_as_another_field() throws IOException {
        ExtLogRecord record = record("text");
        record.setMdc(Map.of("level", "TRACE"));

        assertThat(Json.mapper()
                        .readTree(new JsonLines().format(record))
                        .path("level")
                        .textValue())
                .isEqualTo("WARN");
    }

    @Test
    void a_failure_is_told_with_its_stack() throws IOException {
        ExtLogRecord record = record("text");
        record.setThrown(new IllegalStateException("a fault"));

        assertThat(Json.mapper()
                        .readTree(new JsonLines().format(record))
                        .path("stack")
                        .textValue())
                .startsWith("java.lang.IllegalStateException: a fault")
                .contains("JsonLinesTest");
    }

    private static ExtLogRecord record(String message) {
        ExtLogRecord record = new ExtLogRecord(
                Level.WARN, message, ExtLogRecord.FormatStyle.NO_FORMAT, JsonLinesTest.class.getName());
        record.setLoggerName("io.atelier.Test");
        return record;
    }
}
