package io.atelier.sdxl;

import io.atelier.ort.OrtSessions;
import io.atelier.sdxl.ModelLoader.LoadedModels;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.model.ModelLayout;
import io.atelier.sdxl.textencoder.EncodedTextCache;
import io.atelier.sdxl.tokenizer.ClipTokenizer;
import io.atelier.sdxl.vae.VaeTiling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The models that golden cases are drawn with, each loaded when it is first needed. */
final class GoldenModels implements AutoCloseable {
    private final Path temp;
    private final Map<String, OpenModel> open = new HashMap<>();

    /** @param temp for folders that are put together from several */
    GoldenModels(Path temp) {
        this.temp = temp;
    }

    /** A pipeline, and the parts that it draws with, to look at what is between them. */
    record OpenModel(
            OrtSessions sessions, LoadedModels parts, SdxlPipeline pipeline, Map<String, ClipTokenizer> tokenizers) {}

    OpenModel get(String name) {
        return open.computeIfAbsent(name, this::load);
    }

    private OpenModel load(String name) {
        switch (name) {
            case "tiny":
                return open(TinySdxl.base(), Optional.of(TinySdxl.refiner()), VaeTiling.OFF, 1);
            case "batching": // three pictures are a batch of two and one of one
                return open(TinySdxl.base(), Optional.of(TinySdxl.refiner()), VaeTiling.OFF, 2);
            case "tiled":
                return open(TinySdxl.base(), Optional.of(TinySdxl.refiner()), new VaeTiling(OptionalLong.of(0)), 1);
            case "nine-channels":
                return open(TinySdxl.inpaintingModel(temp), Optional.empty(), VaeTiling.OFF, 1);
            default:
                Path folder = TinySdxl.variant(name);
                return open(
                        TinySdxl.withTokenizers(folder.resolve("base"), temp.resolve(name)),
                        Optional.of(folder.resolve("refiner")).filter(Files::isDirectory),
                        VaeTiling.OFF,
                        1);
        }
    }

    private static OpenModel open(Path base, Optional<Path> refiner, VaeTiling tiling, int maxBatch) {
        OrtSessions sessions = OrtSessions.create(TinySdxl.settings());
        LoadedModels parts = new ModelLoader(
                        base, refiner, sessions, tiling, new EncodedTextCache(EncodedTextCache.DEFAULT_BYTES))
                .load();
        Map<String, ClipTokenizer> tokenizers = Stream.of(ModelLayout.TOKENIZER, ModelLayout.TOKENIZER_2)
                .collect(Collectors.toMap(
                        name -> name,
                        name -> ClipTokenizer.load(ModelFolder.at(base).part(name))));
        return new OpenModel(sessions, parts, new SdxlPipeline(sessions, parts, maxBatch), tokenizers);
    }

    @Override
    public void close() {
        List<OpenModel> all = new ArrayList<>(open.values());
        open.clear();
        all.forEach(model -> model.pipeline().close());
    }
}
