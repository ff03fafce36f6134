package io.atelier.sdxl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.sdxl.scheduler.Schedulers;
import io.atelier.sdxl.scheduler.SigmaSchedule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every algorithm in the pipeline, base and refiner, against pictures that diffusers drew. */
class SchedulerPicturesTest {
    private static final int TOLERANCE = 1;
    private static final double SHARE_WITHIN_TOLERANCE = 0.999;

    private static final GenerationParameters HEART = GenerationParameters.builder(
                    "a green heart on a white background")
            .numInferenceSteps(9)
            .size(64, 64)
            .seed(7)
            .refinement(Refinement.ensemble(0.6))
            .build();

    static List<String> algorithms() {
        return Schedulers.names();
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void the_picture_is_the_one_that_diffusers_draws(String name) {
        byte[] actual = TinySdxl.pipeline()
                .generate(HEART.toBuilder().scheduler(name).build(), StepListener.NONE)
                .images()
                .get(0)
                .rgb();
        byte[] expected = Golden.picture("schedulers/" + name).rgb();
        assertThat(actual).hasSameSizeAs(expected);
        int within = 0;
        for (int i = 0; i < expected.length; i++) {
            if (Math.abs((actual[i] & 0xff) - (expected[i] & 0xff)) <= TOLERANCE) {
                within++;
            }
        }
        assertThat((double) within / expected.length).isGreaterThanOrEqualTo(SHARE_WITHIN_TOLERANCE);
    }

    @Test
    void a_combination_that_is_not_there_is_refused_before_anything_is_drawn() {
        GenerationParameters parameters = HEART.toBuilder()
                .scheduler("ddim")
                .sigmaSchedule(SigmaSchedule.KARRAS)
                .build();
        assertThatThrownBy(() -> TinySdxl.pipeline().generate(parameters, StepListener.NONE))
                .isInstanceOf(GenerationException.class)
                .hasMessage("The scheduler \"ddim\" has no sigma_schedule \"karras\"; it takes: default")
                .extracting(e -> ((GenerationException) e).code())
                .isEqualTo(ErrorCode.UNSUPPORTED);
    }
}
