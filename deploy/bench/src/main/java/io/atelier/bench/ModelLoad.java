package io.atelier.bench;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.atelier.ort.ExecutionSettings;
import io.atelier.sdxl.SdxlPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Time and peak memory for loading a base model: by the pipeline ({@code ours}), which also reads the tokenizers and hashes
 * all files, or its graphs alone by the plain runtime ({@code plain}). One process each, since memory peaks once.
 */
public final class ModelLoad {
    private static final List<String> GRAPHS = List.of("text_encoder", "text_encoder_2", "vae_decoder", "unet");

    private ModelLoad() {}

    /** @param args {@code ours} or {@code plain}, base folder */
    public static void main(String[] args) throws OrtException, IOException {
        Path base = Path.of(args[1]);
        long start = System.nanoTime();
        if (args[0].equals("ours")) {
            SdxlPipeline.load(base, Optional.empty(), ExecutionSettings.cpu());
        } else {
            loadPlain(base);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%s: %.2f s, peak memory %s%n", args[0], seconds, peakMemory());
    }

    private static List<OrtSession> loadPlain(Path base) throws OrtException {
        List<OrtSession> sessions = new ArrayList<>();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        for (String graph : GRAPHS) {
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                Path file = base.resolve(graph).resolve("model.onnx");
                sessions.add(environment.createSession(file.toString(), options));
            }
        }
        return sessions;
    }

    // Linux only; elsewhere the number has to be looked up from outside.
    private static String peakMemory() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return "unknown";
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> line.substring("VmHWM:".length()).strip())
                .findFirst()
                .orElse("unknown");
    }
}
