package io.atelier.sdxl;

import io.atelier.ort.ExecutionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    /** The tiny model with a UNet of random weights that takes nine channels. */
    static Path inpaintingModel(Path temp) {
        Path model = copy(base(), temp.resolve("inpainting"));
        try {
            for (String file : List.of("model.onnx", "config.json")) {
                Path target = model.resolve("unet").resolve(file);
                Files.delete(target);
                Files.write(target, PictureFiles.bytes("nine-channel-unet/" + file));
            }
            Path index = model.resolve("model_index.json");
            Files.writeString(
                    index,
                    Files.readString(index).replace("StableDiffusionXLPipeline", "StableDiffusionXLInpaintPipeline"));
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A model with the graph signatures of another kind of export (deploy/golden/make_variants.py). */
    static Path variant(String name) {
        try {
            return Path.of(TinySdxl.class.getResource("/variants/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A copy of a variant's base model with the tokenizers that it lacks. */
    static Path withTokenizers(Path base, Path into) {
        Path copy = copy(base, into);
        for (String tokenizer : List.of("tokenizer", "tokenizer_2")) {
            copy(base().resolve(tokenizer), copy.resolve(tokenizer));
        }
        return copy;
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
