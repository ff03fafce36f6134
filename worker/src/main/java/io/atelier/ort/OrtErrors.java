package io.atelier.ort;

import ai.onnxruntime.OrtException;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Translates ONNX Runtime's failures, once, into ours. */
final class OrtErrors {
    // There is no error code for a full memory: what CPU arena, CUDA arena, cuBLAS and cuDNN say has to be read.
    private static final List<String> OUT_OF_MEMORY = List.of(
            "failed to allocate memory",
            "out of memory",
            "available memory of",
            "bad_alloc",
            "cublas_status_alloc_failed",
            "cudnn_status_alloc_failed");

    private OrtErrors() {}

    static GenerationException inference(String what, OrtException cause) {
        if (isOutOfMemory(cause)) {
            return new GenerationException(ErrorCode.OUT_OF_MEMORY, "The device ran out of memory: " + what, cause);
        }
        return new GenerationException(
                ErrorCode.INFERENCE_FAILED, "ONNX Runtime failed: " + cause.getMessage() + ": " + what, cause);
    }

    static GenerationException load(Path file, OrtException cause) {
        if (isOutOfMemory(cause)) {
            return new GenerationException(
                    ErrorCode.OUT_OF_MEMORY, "The device has not enough memory for the graph " + file, cause);
        }
        return new GenerationException(
                ErrorCode.MODEL_INVALID, "ONNX Runtime cannot load " + file + ": " + cause.getMessage(), cause);
    }

    static GenerationException provider(ExecutionProvider provider, OrtException cause) {
        String library = provider == ExecutionProvider.CUDA ? "CUDA" : "TensorRT";
        return new GenerationException(
                ErrorCode.UNSUPPORTED,
                "Execution provider " + provider.name().toLowerCase(Locale.ROOT)
                        + " is not available: this build or this machine lacks ONNX Runtime's " + library
                        + " library or what it needs. Build with the profile gpu and install " + library
                        + ", or choose the provider cpu. ONNX Runtime says: " + cause.getMessage(),
                cause);
    }

    private static boolean isOutOfMemory(OrtException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return OUT_OF_MEMORY.stream().anyMatch(message::contains);
    }
}
