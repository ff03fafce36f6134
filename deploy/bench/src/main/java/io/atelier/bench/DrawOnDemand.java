package io.atelier.bench;

import io.atelier.sdxl.SdxlPipeline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Draws a picture for each line on the standard input, which is its seed, and answers with the milliseconds it took. */
public final class DrawOnDemand {
    private DrawOnDemand() {}

    public static void main(String[] args) throws IOException {
        DrawingTask task = DrawingTask.of(args);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (SdxlPipeline pipeline = task.load()) {
            System.out.println("ready");
            for (String seed = in.readLine(); seed != null; seed = in.readLine()) {
                System.out.println(task.draw(pipeline, Long.parseLong(seed.strip())));
            }
        }
    }
}
