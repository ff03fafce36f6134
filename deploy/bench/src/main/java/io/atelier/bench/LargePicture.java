package io.atelier.bench;

import ai.onnxruntime.OrtException;
import io.atelier.sdxl.SdxlPipeline;
import java.io.IOException;
import java.util.Arrays;

/**
 * One picture from a model that is too large to draw many: load time, time of each step, time of the whole and peak
 * memory, by the pipeline ({@code ours}) or by the plain runtime ({@code plain}). One process each.
 */
public final class LargePicture {
    private LargePicture() {}

    /** @param args {@code ours} or {@code plain}, then what {@link DrawingTask} takes */
    public static void main(String[] args) throws IOException, OrtException {
        DrawingTask task = DrawingTask.of(Arrays.copyOfRange(args, 1, args.length));
        long start = System.nanoTime();
        if (args[0].equals("ours")) {
            try (SdxlPipeline pipeline = task.load()) {
                report("ours: loaded", start);
                PipelineOverhead.measure(task, pipeline, 1);
            }
        } else {
            PlainRuntime plain = PlainRuntime.load(task.base(), task.threads());
            report("plain: loaded", start);
            System.out.printf("plain: picture %.1f ms%n", plain.draw(task));
        }
        report(args[0] + ": all done", start);
    }

    private static void report(String what, long start) throws IOException {
        System.out.printf(
                "%s after %.1f s, peak memory %s%n", what, (System.nanoTime() - start) / 1e9, PeakMemory.read());
    }
}
