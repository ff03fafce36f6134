package io.atelier.ort;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How TensorRT compiles graphs.
 *
 * @param engineCache folder for compiled engines, so that only the first start and each new picture size compile; none to
 *                    compile at every start
 * @param timingCache folder for what was measured while compiling, which makes similar graphs compile faster
 * @param fp16        whether it may compute in float16 where the graph says float32: faster, no longer the same picture
 */
public record TensorRtSettings(Optional<Path> engineCache, Optional<Path> timingCache, boolean fp16) {
    public static final TensorRtSettings DEFAULT = new TensorRtSettings(Optional.empty(), Optional.empty(), false);

    /** In ONNX Runtime's words. */
    Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("trt_fp16_enable", fp16 ? "1" : "0");
        engineCache.ifPresent(folder -> {
            options.put("trt_engine_cache_enable", "1");
            options.put("trt_engine_cache_path", folder.toString());
        });
        timingCache.ifPresent(folder -> {
            options.put("trt_timing_cache_enable", "1");
            options.put("trt_timing_cache_path", folder.toString());
        });
        return options;
    }
}
