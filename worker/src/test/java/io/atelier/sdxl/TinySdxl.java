package io.atelier.sdxl;

import io.atelier.ort.ExecutionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The model that comes with the project, small enough to draw in tests. */
public final class TinySdxl {
    private static SdxlPipeline pipeline;

    private TinySdxl() {}

    public static Path base() {
        return root().resolve("base");
    }

    public static Path refiner() {
        return root().resolve("refiner");
    }

    /** Loaded once for all tests, and never closed: it remembers nothing of a request. */
    public static synchronized SdxlPipeline pipeline() {
        if (pipeline == null) {
            pipeline = SdxlPipeline.load(base(), Optional.of(refiner()), settings());
        }
        return pipeline;
    }

    /** One thread: such small operators take longer to share out than to compute, above all on a busy machine. */
    public static ExecutionSettings settings() {
        return ExecutionSettings.cpu().withIntraOpThreads(1);
    }

    /** A copy to break: graphs are links where they can be, so delete one before writing in its place. */
    public static Path copy(Path model, Path into) {
        try (Stream<Path> tree = Files.walk(model)) {
            for (Path source : tree.toList()) {
                Path target = into.resolve(model.relativize(source).toString());
                if (Files.isDirectory(source)) {
                    Files.createDirectories(target);
                } else if (source.toString().endsWith(".onnx")) {
                    linkOrCopy(source, target);
                } else {
                    Files.copy(source, target);
                }
            }
            return into;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void linkOrCopy(Path source, Path target) throws IOException {
        try {
            Files.createLink(target, source);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(source, target); // another file system
        }
    }

    private static Path root() {
        Path fromModule = Path.of("..", "deploy", "models", "tiny-sdxl");
        Path fromRoot = Path.of("deploy", "models", "tiny-sdxl");
        return (Files.isDirectory(fromModule) ? fromModule : fromRoot)
                .toAbsolutePath()
                .normalize();
    }
}
