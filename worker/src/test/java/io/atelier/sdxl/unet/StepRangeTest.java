package io.atelier.sdxl.unet;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.sdxl.noise.NoiseSource;
import io.atelier.sdxl.scheduler.Scheduler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepRangeTest {

    /** Steps of base and refiner as diffusers takes them with leading spacing. */
    @ParameterizedTest
    @CsvSource({"10, 0.8, 8, 2", "30, 0.8, 23, 7", "40, 0.8, 32, 8", "50, 0.8, 40, 10", "10, 0.1, 1, 9"})
    void base_and_refiner_share_the_steps(int steps, double switchAt, int base, int refiner) {
        Scheduler scheduler = new Leading(steps, 1);
        StepRange before = StepRange.before(switchAt, scheduler, 1000);
        StepRange after = StepRange.after(switchAt, scheduler, 1000);
        assertThat(before).isEqualTo(new StepRange(0, base));
        assertThat(after).isEqualTo(new StepRange(base, base + refiner));
    }

    @Test
    void a_second_order_refiner_begins_one_call_earlier_than_the_cutoff() {
        // 901 801 801 701 701 … 101 101 1 1: the four calls below 200 begin with the second look at 101
        assertThat(StepRange.after(0.8, new Doubled(10), 1000)).isEqualTo(new StepRange(14, 19));
    }

    private static class Leading implements Scheduler {
        private final int steps;
        private final int order;

        Leading(int steps, int order) {
            this.steps = steps;
            this.order = order;
        }

        @Override
        public float[] timesteps() {
            float[] timesteps = new float[steps];
            for (int i = 0; i < steps; i++) {
                timesteps[i] = (steps - 1 - i) * (1000 / steps) + 1;
            }
            return timesteps;
        }

        @Override
        public float initNoiseSigma() {
            return 1;
        }

        @Override
        public void addNoise(float[] latents, float[] noise, int call) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int order() {
            return order;
        }

        @Override
        public Sampler start(NoiseSource noise) {
            throw new UnsupportedOperationException();
        }
    }

    /** Heun's timesteps: all but the first twice. */
    private static final class Doubled extends Leading {
        Doubled(int steps) {
            super(steps, 2);
        }

        @Override
        public float[] timesteps() {
            float[] single = super.timesteps();
            float[] doubled = new float[2 * single.length - 1];
            for (int i = 0; i < doubled.length; i++) {
                doubled[i] = single[(i + 1) / 2];
            }
            return doubled;
        }
    }
}
