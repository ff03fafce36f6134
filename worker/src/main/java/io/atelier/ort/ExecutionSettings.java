package io.atelier.ort;

/**
 * Where and how the graphs are computed.
 *
 * @param deviceId       index of the GPU; without meaning on the CPU
 * @param intraOpThreads threads that share one operator on the CPU, the caller's included; 0 for one per core. A very
 *                       small model is fastest with 1, by far when other processes want the cores too
 * @param spinning       whether idle threads burn their core while they wait for the next operator: a little faster on
 *                       a machine of one's own, much slower on one that is shared
 * @param maxBatch       most pictures of a job that are denoised at once: faster on a GPU, for more memory
 * @param cuda           for the CUDA provider, and for what TensorRT leaves to it
 */
public record ExecutionSettings(
        ExecutionProvider provider,
        int deviceId,
        int intraOpThreads,
        boolean spinning,
        int maxBatch,
        CudaSettings cuda,
        TensorRtSettings tensorRt) {
    public ExecutionSettings {
        if (deviceId < 0) {
            throw new IllegalArgumentException("Device id must not be negative: " + deviceId);
        }
        if (intraOpThreads < 0) {
            throw new IllegalArgumentException("Number of threads must not be negative: " + intraOpThreads);
        }
        if (maxBatch < 1) {
            throw new IllegalArgumentException("The largest batch must hold at least one picture: " + maxBatch);
        }
    }

    /** All cores of the CPU, without spinning. */
    public static ExecutionSettings cpu() {
        return on(ExecutionProvider.CPU);
    }

    /** The provider's first device, with defaults for the rest. */
    public static ExecutionSettings on(ExecutionProvider provider) {
        return new ExecutionSettings(
                provider, 0, 0, false, provider.defaultMaxBatch(), CudaSettings.DEFAULT, TensorRtSettings.DEFAULT);
    }

    public ExecutionSettings withIntraOpThreads(int value) {
        return new ExecutionSettings(provider, deviceId, value, spinning, maxBatch, cuda, tensorRt);
    }

    public ExecutionSettings withMaxBatch(int value) {
        return new ExecutionSettings(provider, deviceId, intraOpThreads, spinning, value, cuda, tensorRt);
    }
}
