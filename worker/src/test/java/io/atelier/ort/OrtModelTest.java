package io.atelier.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On graphs that deploy/golden/make_graphs.py made. */
class OrtModelTest {
    private final OrtSessions sessions =
            OrtSessions.create(ExecutionSettings.cpu().withIntraOpThreads(1));

    @AfterEach
    void close() {
        sessions.close();
    }

    /** Each graph gives sample + timestep + sum of ids; one that takes whole timesteps loses the fraction. */
    @ParameterizedTest
    @CsvSource({"current, 10.75", "legacy, 10.5", "half, 10.75"})
    void numbers_are_cast_to_what_the_graph_takes(String name, float expected) {
        OrtModel graph = open(name);
        TensorShape timestepShape =
                graph.input("timestep").orElseThrow().rank() == 0 ? TensorShape.of() : TensorShape.of(1);
        FloatTensor result = FloatTensor.allocate(TensorShape.of(1, 2));
        try (OrtRun run = sessions.newRun()) {
            graph.run(arguments(timestepShape), Map.of("y", result), run);
        }
        assertThat(result.toArray()).containsExactly(expected, expected + 1);
    }

    @Test
    void signatures_are_read_off_the_graph() {
        OrtModel graph = open("legacy");
        assertThat(graph.inputNames()).containsExactlyInAnyOrder("sample", "timestep", "input_ids");
        assertThat(graph.input("timestep").orElseThrow().type()).isEqualTo(ElementType.INT64);
        assertThat(graph.input("timestep").orElseThrow().rank()).isEqualTo(1);
        assertThat(graph.input("input_ids").orElseThrow().type()).isEqualTo(ElementType.INT32);
        assertThat(graph.input("sample").orElseThrow().dimension(-1)).hasValue(2);
        assertThat(graph.input("sample").orElseThrow().dimension(0)).isEmpty();
        assertThat(graph.input("image")).isEmpty();
        assertThat(open("half").output("y").orElseThrow().type()).isEqualTo(ElementType.FLOAT16);
    }

    @Test
    void buffers_can_be_refilled_and_used_again() {
        OrtModel graph = open("current");
        FloatTensor sample = FloatTensor.of(TensorShape.of(1, 2), 0, 1);
        FloatTensor result = FloatTensor.allocate(TensorShape.of(1, 2));
        Map<String, Tensor> arguments = Map.of(
                "sample", sample,
                "timestep", FloatTensor.of(TensorShape.of(), 0),
                "input_ids", LongTensor.of(TensorShape.of(1, 1), 0));
        try (OrtRun run = sessions.newRun()) {
            graph.run(arguments, Map.of("y", result), run);
            sample.put(0, new float[] {5, 6});
            graph.run(arguments, Map.of("y", result), run);
        }
        assertThat(result.toArray()).containsExactly(5, 6);
    }

    /** A bound graph sees refills, whatever element type the graph takes. */
    @ParameterizedTest
    @CsvSource({"current, 6.75", "legacy, 6.5", "half, 6.75"})
    void a_bound_graph_runs_again_with_what_its_tensors_hold_then(String name, float expected) {
        OrtModel graph = open(name);
        FloatTensor sample = FloatTensor.of(TensorShape.of(1, 2), 0, 1);
        FloatTensor timestep = FloatTensor.allocate(
                graph.input("timestep").orElseThrow().rank() == 0 ? TensorShape.of() : TensorShape.of(1));
        FloatTensor result = FloatTensor.allocate(TensorShape.of(1, 2));
        Map<String, Tensor> arguments =
                Map.of("sample", sample, "timestep", timestep, "input_ids", LongTensor.of(TensorShape.of(1, 2), 0, 2));
        try (OrtRun run = sessions.newRun()) {
            BoundModel bound = run.keep(graph.bind(arguments, Map.of("y", result)));
            bound.run(run);
            assertThat(result.toArray()).containsExactly(2, 3);
            sample.put(0, new float[] {0.5f, 1.5f});
            timestep.put(0, 4.25f);
            bound.run(run);
        }
        assertThat(result.toArray()).containsExactly(expected, expected + 1);
    }

    @Test
    void a_result_of_another_shape_is_a_failed_inference_that_names_the_graph_and_the_shapes() {
        OrtModel graph = open("current");
        FloatTensor tooLarge = FloatTensor.allocate(TensorShape.of(3, 2));
        try (OrtRun run = sessions.newRun()) {
            assertThatThrownBy(() -> graph.run(arguments(TensorShape.of()), Map.of("y", tooLarge), run))
                    .isInstanceOf(GenerationException.class)
                    .hasMessageContaining("current.onnx")
                    .hasMessageContaining("[1, 2]")
                    .extracting(e -> ((GenerationException) e).code())
                    .isEqualTo(ErrorCode.INFERENCE_FAILED);
        }
    }

    @Test
    @Timeout(60)
    void a_graph_that_would_run_for_hours_is_stopped_in_the_middle() throws Exception {
        OrtModel graph = open("slow");
        FloatTensor result = FloatTensor.allocate(TensorShape.of(256, 256));
        OrtRun run = sessions.newRun();
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> {
            begun.countDown();
            graph.run(Map.of("x", FloatTensor.of(TensorShape.of(1), 1)), Map.of("y", result), run);
        });
        begun.await();
        run.terminate();
        assertThat(running)
                .failsWithin(30, TimeUnit.SECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(CancellationException.class);
        run.close();
    }

    @Test
    void a_run_that_was_terminated_runs_nothing_more_and_a_new_one_does() {
        OrtModel graph = open("current");
        FloatTensor result = FloatTensor.allocate(TensorShape.of(1, 2));
        OrtRun terminated = sessions.newRun();
        terminated.terminate();
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> graph.run(arguments(TensorShape.of()), Map.of("y", result), terminated));
        terminated.close();
        terminated.terminate(); // after the end: no effect, no crash
        try (OrtRun fresh = sessions.newRun()) {
            graph.run(arguments(TensorShape.of()), Map.of("y", result), fresh);
        }
        assertThat(result.get(0)).isEqualTo(10.75f);
    }

    @Test
    void a_graph_used_after_close_says_so() {
        OrtModel graph = open("current");
        sessions.close();
        try (OrtRun run = sessions.newRun()) {
            assertThatThrownBy(() -> graph.run(arguments(TensorShape.of()), Map.of(), run))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    private static Map<String, Tensor> arguments(TensorShape timestepShape) {
        return Map.of(
                "sample", FloatTensor.of(TensorShape.of(1, 2), 0.5f, 1.5f),
                "timestep", FloatTensor.of(timestepShape, 4.25f),
                "input_ids", LongTensor.of(TensorShape.of(1, 3), 1, 2, 3));
    }

    private OrtModel open(String name) {
        try {
            return sessions.open(Path.of(
                    OrtModelTest.class.getResource("/graphs/" + name + ".onnx").toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
