package io.atelier.bench;

import io.atelier.sdxl.SdxlPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** How much longer a picture takes than the graphs that it runs: wall time over the sum of ONNX Runtime's runs. */
public final class PipelineOverhead {
    private static final String GRAPH_RUN = "io.atelier.GraphRun";
    private static final int ROUNDS = 5;

    private PipelineOverhead() {}

    public static void main(String[] args) throws IOException {
        DrawingTask task = DrawingTask.of(args);
        try (SdxlPipeline pipeline = task.load()) {
            task.draw(pipeline, 0); // what the runtime and the compiler put off until the first time
            for (int round = 1; round <= ROUNDS; round++) {
                measure(task, pipeline, round);
            }
        }
    }

    private static void measure(DrawingTask task, SdxlPipeline pipeline, int round) throws IOException {
        Path file = Files.createTempFile("graph-runs", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable(GRAPH_RUN).withoutThreshold();
            recording.start();
            double wall = task.draw(pipeline, round);
            recording.stop();
            recording.dump(file);
            Duration inside = Duration.ZERO;
            for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                if (event.getEventType().getName().equals(GRAPH_RUN)) {
                    inside = inside.plus(event.getDuration());
                }
            }
            double graphs = inside.toNanos() / 1e6;
            System.out.printf("picture %.1f ms, graphs %.1f ms, ratio %.4f%n", wall, graphs, wall / graphs);
        } finally {
            Files.delete(file);
        }
    }
}
