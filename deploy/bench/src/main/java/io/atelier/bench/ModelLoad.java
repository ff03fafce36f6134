package io.atelier.bench;

import ai.onnxruntime.OrtException;
import io.atelier.ort.ExecutionSettings;
import io.atelier.sdxl.SdxlPipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Time and peak memory for loading a base model: by the pipeline ({@code ours}), which also reads the tokenizers and hashes
 * all files, or its graphs alone by the plain runtime ({@code plain}). One process each, since memory peaks once.
 */
public final class ModelLoad {
    private ModelLoad() {}

    /** @param args {@code ours} or {@code plain}, base folder */
    public static void main(String[] args) throws OrtException, IOException {
        Path base = Path.of(args[1]);
        long start = System.nanoTime();
        if (args[0].equals("ours")) {
            SdxlPipeline.load(base, Optional.empty(), ExecutionSettings.cpu());
        } else {
            PlainRuntime.load(base, 0);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%s: %.2f s, peak memory %s%n", args[0], seconds, PeakMemory.read());
    }
}
