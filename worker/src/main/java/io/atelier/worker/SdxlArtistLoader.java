package io.atelier.worker;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.ort.CudaSettings;
import io.atelier.ort.ExecutionProvider;
import io.atelier.ort.ExecutionSettings;
import io.atelier.ort.TensorRtSettings;
import io.atelier.sdxl.SdxlPipeline;
import io.atelier.sdxl.vae.VaeTiling;
import io.atelier.worker.draw.Artist;
import io.atelier.worker.draw.ArtistLoader;
import io.atelier.worker.draw.InputPictures;
import io.atelier.worker.draw.SdxlArtist;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Loads the SDXL model that the configuration names, onto the device that it names. */
final class SdxlArtistLoader implements ArtistLoader {
    private final WorkerConfig config;

    SdxlArtistLoader(WorkerConfig config) {
        this.config = config;
    }

    @Override
    public Artist load(InputPictures inputPictures) {
        Path base = config.model()
                .base()
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.MODEL_INVALID,
                        "No model is configured: set atelier.model.base to the folder of an SDXL ONNX export"));
        SdxlPipeline pipeline = SdxlPipeline.load(
                base,
                config.model().refiner(),
                executionSettings(),
                new VaeTiling(config.execution().vaeTilesAbovePixels()),
                config.model().promptCacheBytes());
        SdxlArtist artist = new SdxlArtist(
                pipeline,
                config.model().name(),
                inputPictures,
                config.progress().previews());
        try {
            artist.warmUp();
            return artist;
        } catch (RuntimeException e) {
            artist.close();
            throw e;
        }
    }

    private ExecutionSettings executionSettings() {
        WorkerConfig.ExecutionSection execution = config.execution();
        ExecutionProvider provider = provider(execution.provider());
        return new ExecutionSettings(
                provider,
                execution.deviceId(),
                execution.threads(),
                execution.spinning(),
                execution.maxBatch().orElse(provider.defaultMaxBatch()),
                new CudaSettings(
                        execution.memoryLimitBytes(),
                        execution.cuda().arenaExtendStrategy(),
                        execution.cuda().convAlgorithmSearch()),
                new TensorRtSettings(
                        execution.tensorrt().engineCache(),
                        execution.tensorrt().timingCache(),
                        execution.tensorrt().fp16()));
    }

    private static ExecutionProvider provider(String name) {
        return Arrays.stream(ExecutionProvider.values())
                .filter(provider -> provider.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "atelier.execution.provider must be cpu, cuda or tensorrt: " + name));
    }
}
