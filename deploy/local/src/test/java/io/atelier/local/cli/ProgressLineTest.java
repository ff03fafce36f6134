package io.atelier.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.job.Generation;
import io.atelier.message.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);

    @Test
    void away_from_a_terminal_each_stage_has_one_line_and_a_bar_once_there_are_steps() {
        ProgressLine progress = new ProgressLine(out, false);
        progress.show(generation("queued", ""));
        progress.show(generation("processing", ",'progress':{'stage':'base','step':5,'steps':20}"));
        progress.show(generation("processing", ",'progress':{'stage':'base','step':10,'steps':20}"));
        progress.show(generation("succeeded", ""));
        progress.end();

        List<String> lines = shown.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).matches("queued +\\d+\\.\\d s");
        assertThat(lines.get(1)).matches("base +\\[#{7}\\.{23}] 5/20  \\d+\\.\\d s");
        assertThat(lines.get(2)).matches("succeeded +\\d+\\.\\d s");
    }

    @Test
    void on_a_terminal_one_line_is_written_over_and_over() {
        ProgressLine progress = new ProgressLine(out, true);
        progress.show(generation("processing", ",'progress':{'stage':'base','step':5,'steps':20}"));
        progress.show(generation("processing", ",'progress':{'stage':'base','step':20,'steps':20}"));
        progress.end();

        String text = shown.toString(StandardCharsets.UTF_8);
        assertThat(text).endsWith("s" + System.lineSeparator()).containsOnlyOnce("\n");
        assertThat(text).contains("\r\u001b[K").contains("5/20").contains("#".repeat(30) + "] 20/20");
    }

    private static Generation generation(String status, String more) {
        String json = "{'id':'a','status':'" + status + "','input':{'prompt':'x'}" + more + "}";
        try {
            return Json.mapper().readValue(json.replace('\'', '"'), Generation.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
