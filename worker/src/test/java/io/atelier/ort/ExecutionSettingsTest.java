package io.atelier.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atelier.ort.CudaSettings.ArenaExtendStrategy;
import io.atelier.ort.CudaSettings.ConvAlgorithmSearch;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The names of the options are those that ONNX Runtime documents; a wrong one would show only on a GPU. */
class ExecutionSettingsTest {
    @Test
    void cuda_is_told_how_to_use_its_memory_and_to_choose_algorithms() {
        assertThat(CudaSettings.DEFAULT.options())
                .isEqualTo(Map.of(
                        "arena_extend_strategy", "kSameAsRequested",
                        "cudnn_conv_algo_search", "HEURISTIC"));
        CudaSettings other = new CudaSettings(
                OptionalLong.of(1L << 34), ArenaExtendStrategy.NEXT_POWER_OF_TWO, ConvAlgorithmSearch.EXHAUSTIVE);
        assertThat(other.options())
                .isEqualTo(Map.of(
                        "arena_extend_strategy", "kNextPowerOfTwo",
                        "cudnn_conv_algo_search", "EXHAUSTIVE",
                        "gpu_mem_limit", "17179869184"));
    }

    @Test
    void tensorrt_caches_only_where_it_is_told_to() {
        assertThat(TensorRtSettings.DEFAULT.options()).isEqualTo(Map.of("trt_fp16_enable", "0"));
        TensorRtSettings caching =
                new TensorRtSettings(Optional.of(Path.of("engines")), Optional.of(Path.of("timings")), true);
        assertThat(caching.options())
                .isEqualTo(Map.of(
                        "trt_fp16_enable", "1",
                        "trt_engine_cache_enable", "1",
                        "trt_engine_cache_path", "engines",
                        "trt_timing_cache_enable", "1",
                        "trt_timing_cache_path", "timings"));
    }

    @Test
    void a_gpu_draws_several_pictures_at_once_and_a_cpu_one() {
        assertThat(ExecutionSettings.cpu().maxBatch()).isEqualTo(1);
        assertThat(ExecutionSettings.on(ExecutionProvider.CUDA).maxBatch()).isEqualTo(4);
    }

    @Test
    void nonsense_is_refused_with_its_value() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExecutionSettings.cpu().withMaxBatch(0))
                .withMessageContaining("0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExecutionSettings.cpu().withIntraOpThreads(-2))
                .withMessageContaining("-2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CudaSettings(
                        OptionalLong.of(-5), ArenaExtendStrategy.SAME_AS_REQUESTED, ConvAlgorithmSearch.DEFAULT))
                .withMessageContaining("-5");
    }
}
