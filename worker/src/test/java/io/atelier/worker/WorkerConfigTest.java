package io.atelier.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.ort.CudaSettings.ArenaExtendStrategy;
import io.atelier.ort.CudaSettings.ConvAlgorithmSearch;
import io.atelier.worker.WorkerConfig.ConsumeMode;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerConfigTest {
    @Test
    void graphs_run_on_the_cpu_unless_told_otherwise() {
        WorkerConfig.ExecutionSection execution = execution(Map.of());
        assertThat(execution.provider()).isEqualTo("cpu");
        assertThat(execution.maxBatch()).isEmpty();
        assertThat(execution.cuda().arenaExtendStrategy()).isEqualTo(ArenaExtendStrategy.SAME_AS_REQUESTED);
        assertThat(execution.cuda().convAlgorithmSearch()).isEqualTo(ConvAlgorithmSearch.HEURISTIC);
        assertThat(execution.tensorrt().engineCache()).isEmpty();
        assertThat(execution.tensorrt().fp16()).isFalse();
    }

    @Test
    void every_option_of_the_providers_has_its_key() {
        WorkerConfig.ExecutionSection execution = execution(Map.of(
                "atelier.execution.max-batch", "3",
                "atelier.execution.memory-limit-bytes", "17179869184",
                "atelier.execution.cuda.arena-extend-strategy", "next-power-of-two",
                "atelier.execution.cuda.conv-algorithm-search", "exhaustive",
                "atelier.execution.tensorrt.engine-cache", "engines",
                "atelier.execution.tensorrt.timing-cache", "timings",
                "atelier.execution.tensorrt.fp16", "true"));
        assertThat(execution.maxBatch()).hasValue(3);
        assertThat(execution.memoryLimitBytes()).hasValue(17179869184L);
        assertThat(execution.cuda().arenaExtendStrategy()).isEqualTo(ArenaExtendStrategy.NEXT_POWER_OF_TWO);
        assertThat(execution.cuda().convAlgorithmSearch()).isEqualTo(ConvAlgorithmSearch.EXHAUSTIVE);
        assertThat(execution.tensorrt().engineCache()).contains(Path.of("engines"));
        assertThat(execution.tensorrt().timingCache()).contains(Path.of("timings"));
        assertThat(execution.tensorrt().fp16()).isTrue();
    }

    @Test
    void jobs_come_from_a_share_group_unless_told_otherwise() {
        WorkerConfig.ConsumeSection consume = config(Map.of()).consume();
        assertThat(consume.mode()).isEqualTo(ConsumeMode.SHARE);
        assertThat(consume.lowShare()).isEqualTo(0.1);
        assertThat(consume.classicPartitions()).isEqualTo(12);
    }

    @Test
    void every_option_of_the_intake_has_its_key() {
        WorkerConfig.ConsumeSection consume = config(Map.of(
                        "atelier.consume.mode", "classic",
                        "atelier.consume.low-share", "0.25",
                        "atelier.consume.classic-partitions", "40"))
                .consume();
        assertThat(consume.mode()).isEqualTo(ConsumeMode.CLASSIC);
        assertThat(consume.lowShare()).isEqualTo(0.25);
        assertThat(consume.classicPartitions()).isEqualTo(40);
    }

    private static WorkerConfig.ExecutionSection execution(Map<String, String> settings) {
        return config(settings).execution();
    }

    private static WorkerConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(WorkerConfig.class)
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(WorkerConfig.class);
    }
}
