package io.atelier.bench;

import io.atelier.sdxl.SdxlPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.stream.Collectors;
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

    /** Prints the time of one picture and of the graphs in it. */
    static void measure(DrawingTask task, SdxlPipeline pipeline, long seed) throws IOException {
        Path file = Files.createTempFile("graph-runs", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable(GRAPH_RUN).withoutThreshold();
            recording.start();
            double wall = task.draw(pipeline, seed);
            recording.stop();
            recording.dump(file);
            Map<String, LongSummaryStatistics> nanos = RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals(GRAPH_RUN))
                    .collect(Collectors.groupingBy(
                            PipelineOverhead::part,
                            Collectors.summarizingLong(
                                    event -> event.getDuration().toNanos())));
            double graphs = nanos.values().stream()
                            .mapToLong(LongSummaryStatistics::getSum)
                            .sum()
                    / 1e6;
            System.out.printf("picture %.1f ms, graphs %.1f ms, ratio %.4f (", wall, graphs, wall / graphs);
            System.out.println(nanos.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey(Comparator.reverseOrder()))
                    .map(e -> String.format(
                            "%s: %d runs of %.1f ms",
                            e.getKey(), e.getValue().getCount(), e.getValue().getAverage() / 1e6))
                    .collect(Collectors.joining(", ", "", ")")));
        } finally {
            Files.delete(file);
        }
    }

    /** The folder of the graph, such as "unet". */
    private static String part(RecordedEvent event) {
        return Path.of(event.getString("graph")).getParent().getFileName().toString();
    }
}
