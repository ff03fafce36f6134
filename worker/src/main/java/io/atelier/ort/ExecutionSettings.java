package io.atelier.ort;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where and how the graphs are computed.
 *
 * @param deviceId         index of the GPU; without meaning on the CPU
 * @param intraOpThreads   threads that share one operator on the CPU, the caller's included; 0 for one per core. A very
 *                         small model is fastest with 1, by far when other processes want the cores too
 * @param memoryLimitBytes most memory that each graph's arena may take on the GPU; none for no limit
 * @param spinning         whether idle threads burn their core while they wait for the next operator: a little faster on
 *                         a machine of one's own, much slower on one that is shared
 * @param engineCache      folder where TensorRT keeps its compiled engines between starts; none to compile every time
 */
public record ExecutionSettings(
        ExecutionProvider provider,
        int deviceId,
        int intraOpThreads,
        OptionalLong memoryLimitBytes,
        boolean spinning,
        Optional<Path> engineCache) {

    public ExecutionSettings {
        if (deviceId < 0) {
            throw new IllegalArgumentException("Device id must not be negative: " + deviceId);
        }
        if (intraOpThreads < 0) {
            throw new IllegalArgumentException("Number of threads must not be negative: " + intraOpThreads);
        }
        if (memoryLimitBytes.isPresent() && memoryLimitBytes.getAsLong() <= 0) {
            throw new IllegalArgumentException("Memory limit must be positive: " + memoryLimitBytes.getAsLong());
        }
    }

    /** All cores of the CPU, without spinning. */
    public static ExecutionSettings cpu() {
        return on(ExecutionProvider.CPU);
    }

    /** The provider's first device, with defaults for the rest. */
    public static ExecutionSettings on(ExecutionProvider provider) {
        return new ExecutionSettings(provider, 0, 0, OptionalLong.empty(), false, Optional.empty());
    }

    public ExecutionSettings withDeviceId(int value) {
        return new ExecutionSettings(provider, value, intraOpThreads, memoryLimitBytes, spinning, engineCache);
    }

    public ExecutionSettings withIntraOpThreads(int value) {
        return new ExecutionSettings(provider, deviceId, value, memoryLimitBytes, spinning, engineCache);
    }

    public ExecutionSettings withMemoryLimitBytes(long value) {
        return new ExecutionSettings(provider, deviceId, intraOpThreads, OptionalLong.of(value), spinning, engineCache);
    }

    public ExecutionSettings withSpinning(boolean value) {
        return new ExecutionSettings(provider, deviceId, intraOpThreads, memoryLimitBytes, value, engineCache);
    }

    public ExecutionSettings withEngineCache(Path value) {
        return new ExecutionSettings(
                provider, deviceId, intraOpThreads, memoryLimitBytes, spinning, Optional.of(value));
    }
}
