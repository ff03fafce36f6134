package io.atelier.ort;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How the CUDA provider uses its device.
 *
 * @param memoryLimitBytes most memory that each graph's arena may take; none for no limit
 */
public record CudaSettings(
        OptionalLong memoryLimitBytes,
        ArenaExtendStrategy arenaExtendStrategy,
        ConvAlgorithmSearch convAlgorithmSearch) {
    /** By how much an arena that is full grows. */
    public enum ArenaExtendStrategy {
        /** By doubling: fewer allocations, up to twice the memory. */
        NEXT_POWER_OF_TWO("kNextPowerOfTwo"),
        /** By what is needed: several graphs share the device. */
        SAME_AS_REQUESTED("kSameAsRequested");

        private final String option;

        ArenaExtendStrategy(String option) {
            this.option = option;
        }
    }

    /** How cuDNN chooses an algorithm for a convolution, once per picture size. */
    public enum ConvAlgorithmSearch {
        /** Tries all: slow at each new size, takes much memory meanwhile, fastest after. */
        EXHAUSTIVE,
        HEURISTIC,
        /** Always the same one, without choosing. */
        DEFAULT
    }

    public static final CudaSettings DEFAULT = new CudaSettings(
            OptionalLong.empty(), ArenaExtendStrategy.SAME_AS_REQUESTED, ConvAlgorithmSearch.HEURISTIC);

    public CudaSettings {
        if (memoryLimitBytes.isPresent() && memoryLimitBytes.getAsLong() <= 0) {
            throw new IllegalArgumentException("Memory limit must be positive: " + memoryLimitBytes.getAsLong());
        }
    }

    /** In ONNX Runtime's words. */
    Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("arena_extend_strategy", arenaExtendStrategy.option);
        options.put("cudnn_conv_algo_search", convAlgorithmSearch.name());
        memoryLimitBytes.ifPresent(limit -> options.put("gpu_mem_limit", Long.toString(limit)));
        return options;
    }
}
