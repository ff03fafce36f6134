package io.atelier.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import java.util.Map;

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
            for (Map.Entry<String, String> option : settings.cuda().options().entrySet()) {
                cuda.add(option.getKey(), option.getValue());
            }
            options.addCUDA(cuda);
        }
    }

    private void addTensorRt(SessionOptions options) throws OrtException {
        try (OrtTensorRTProviderOptions tensorRt = new OrtTensorRTProviderOptions(settings.deviceId())) {
            for (Map.Entry<String, String> option :
                    settings.tensorRt().options().entrySet()) {
                tensorRt.add(option.getKey(), option.getValue());
            }
            options.addTensorrt(tensorRt);
        }
    }
}
