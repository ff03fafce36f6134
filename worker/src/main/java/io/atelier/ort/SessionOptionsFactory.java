package io.atelier.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import java.nio.file.Path;

/** Turns our settings into ONNX Runtime's, one fresh set per graph. */
final class SessionOptionsFactory {
    private final ExecutionSettings settings;

    SessionOptionsFactory(ExecutionSettings settings) {
        this.settings = settings;
    }

    SessionOptions create() throws OrtException {
        SessionOptions options = new SessionOptions();
        try {
            configure(options);
            return options;
        } catch (OrtException | RuntimeException e) {
            options.close();
            throw e;
        }
    }

    private void configure(SessionOptions options) throws OrtException {
        options.setOptimizationLevel(OptLevel.ALL_OPT);
        if (settings.intraOpThreads() > 0) {
            options.setIntraOpNumThreads(settings.intraOpThreads());
        }
        options.addConfigEntry("session.intra_op.allow_spinning", settings.spinning() ? "1" : "0");
        // A pattern is remembered per input shape. On the GPU that has leaked between sessions (onnxruntime #29351).
        options.setMemoryPatternOptimization(settings.provider() == ExecutionProvider.CPU);
        addProvider(options);
    }

    private void addProvider(SessionOptions options) throws OrtException {
        try {
            switch (settings.provider()) {
                case TENSORRT:
                    addTensorRt(options);
                    addCuda(options); // what TensorRT does not know runs on CUDA
                    break;
                case CUDA:
                    addCuda(options);
                    break;
                default: // the CPU is always there
            }
        } catch (OrtException e) {
            throw OrtErrors.provider(settings.provider(), e);
        }
    }

    private void addCuda(SessionOptions options) throws OrtException {
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(settings.deviceId())) {
            // Grows by what is needed instead of doubling: several graphs share the device.
            cuda.add("arena_extend_strategy", "kSameAsRequested");
            if (settings.memoryLimitBytes().isPresent()) {
                cuda.add(
                        "gpu_mem_limit",
                        Long.toString(settings.memoryLimitBytes().getAsLong()));
            }
            options.addCUDA(cuda);
        }
    }

    private void addTensorRt(SessionOptions options) throws OrtException {
        try (OrtTensorRTProviderOptions tensorRt = new OrtTensorRTProviderOptions(settings.deviceId())) {
            if (settings.engineCache().isPresent()) {
                Path folder = settings.engineCache().get();
                tensorRt.add("trt_engine_cache_enable", "1");
                tensorRt.add("trt_engine_cache_path", folder.toString());
                tensorRt.add("trt_timing_cache_enable", "1");
                tensorRt.add("trt_timing_cache_path", folder.toString());
            }
            options.addTensorrt(tensorRt);
        }
    }
}
