package io.atelier.gateway.workers;

import static io.atelier.gateway.workers.Heartbeats.INTERVAL_MS;
import static io.atelier.gateway.workers.Heartbeats.START;
import static io.atelier.gateway.workers.Heartbeats.worker;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.job.GenerationInput;
import io.atelier.job.WorkerStatus;
import io.atelier.job.WorkerStatus.State;
import io.atelier.message.Json;
import io.atelier.testing.SettableClock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LiveWorkersTest {
    private final SettableClock clock = new SettableClock(START);
    private final LiveWorkers workers = new LiveWorkers(clock);

    @Test
    void a_worker_lives_until_it_has_missed_three_heartbeats() {
        workers.heard(worker("worker-1", "sdxl", State.READY, START));

        clock.set(START.plusMillis(3 * INTERVAL_MS));
        assertThat(workers.list()).extracting(WorkerStatus::id).containsExactly("worker-1");
        clock.set(clock.instant().plusMillis(1));
        assertThat(workers.list()).isEmpty();
        assertThat(workers.takingWork()).isZero();

        workers.heard(worker("worker-1", "sdxl", State.READY, START));
        assertThat(workers.list()).hasSize(1);
    }

    @Test
    void the_clock_of_a_worker_that_is_heard_does_not_matter() {
        workers.heard(worker("slow", "sdxl", State.READY, START.minus(Duration.ofDays(1))));
        workers.heard(worker("fast", "sdxl", State.READY, START.plus(Duration.ofDays(1))));

        assertThat(workers.list()).extracting(WorkerStatus::id).containsExactly("fast", "slow");
        clock.set(START.plusMillis(3 * INTERVAL_MS + 1));
        assertThat(workers.list()).isEmpty();
    }

    @Test
    void a_heartbeat_that_is_found_is_as_old_as_it_says() {
        workers.found(worker("gone", "sdxl", State.READY, START.minusMillis(3 * INTERVAL_MS + 1)));
        workers.found(worker("there", "sdxl", State.READY, START.minusMillis(INTERVAL_MS)));
        workers.found(worker("fast", "sdxl", State.READY, START.plus(Duration.ofDays(1))));

        assertThat(workers.list()).extracting(WorkerStatus::id).containsExactly("fast", "there");
        clock.set(START.plusMillis(3 * INTERVAL_MS + 1));
        assertThat(workers.list()).isEmpty();
    }

    @Test
    void a_worker_that_says_that_it_leaves_is_gone_at_once() {
        workers.heard(worker("worker-1", "sdxl", State.READY, START));

        workers.left("worker-1");

        assertThat(workers.list()).isEmpty();
    }

    @Test
    void an_older_heartbeat_does_not_replace_a_newer_one() {
        workers.heard(worker("worker-1", "sdxl", State.BUSY, START));

        workers.found(worker("worker-1", "sdxl", State.STARTING, START.minusSeconds(1)));

        assertThat(workers.list()).extracting(WorkerStatus::state).containsExactly(State.BUSY);
    }

    @ParameterizedTest
    @EnumSource
    void nothing_is_possible_with_workers_that_will_not_draw(State state) throws Exception {
        workers.heard(worker("worker-1", "sdxl", state, START));

        boolean draws = state != State.DRAINING && state != State.SICK;
        assertThat(workers.obstacle("sdxl", input("{}")).isEmpty()).isEqualTo(draws);
    }

    @Test
    void without_workers_nothing_is_possible() throws Exception {
        assertThat(workers.obstacle(null, input("{}"))).contains("there is none that takes work");
    }

    /** Half of the contract's limits, so that they are the workers' own. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", quoteCharacter = '`', textBlock = """
                    -     | {}                                                        | -
                    sdxl  | {}                                                        | -
                    other | {}                                                        | "sdxl" is not the model "other"
                    sdxl  | {'width': 1024, 'height': 1024}                           | -
                    sdxl  | {'width': 1032, 'height': 512}                            | 1032x512 is larger than 1024 on a side
                    sdxl  | {'height': 1032}                                          | 1024x1032 is larger than 1024 on a side
                    sdxl  | {'num_inference_steps': 75}                               | -
                    sdxl  | {'num_inference_steps': 76}                               | 76 steps are more than 75
                    sdxl  | {'num_images': 5}                                         | 5 pictures are more than 4
                    sdxl  | {'scheduler': 'ddim'}                                     | -
                    sdxl  | {'scheduler': 'heun'}                                     | there is no scheduler "heun"
                    sdxl  | {'refiner': {'mode': 'none'}}                             | -
                    sdxl  | {'refiner': {'mode': 'ensemble'}}                         | there is no refiner
                    sdxl  | {'refiner': {'mode': 'image'}}                            | there is no refiner
                    sdxl  | {'refiner': {'switch_at': 0.7}}                           | there is no refiner
                    sdxl  | {'refiner': {'aesthetic_score': 7}}                       | -
                    sdxl  | {'image': 'a.png'}                                        | the model cannot begin with a picture
                    paint | {}                                                        | the model only inpaints: it needs an image and a mask_image
                    paint | {'image': 'a.png'}                                        | the model only inpaints: it needs an image and a mask_image
                    paint | {'image': 'a.png', 'mask_image': 'b.png'}                 | -
                    paint | {'image': 'a.png', 'mask_image': 'b.png', 'width': 2048}  | 2048x1024 is larger than 1024 on a side
                    """)
    void what_no_worker_can_draw_is_told_with_the_reason(String model, String input, String why) throws Exception {
        if ("paint".equals(model)) {
            workers.heard(worker("worker-1", "paint", State.READY, START, Heartbeats.capable(false, true, true)));
        } else {
            workers.heard(worker("worker-1", "sdxl", State.READY, START, Heartbeats.capable(false, false, false)));
        }

        assertThat(workers.obstacle(model, input(input))).isEqualTo(Optional.ofNullable(why));
    }

    @Test
    void one_worker_that_can_is_enough_and_otherwise_all_say_why_not() throws Exception {
        workers.heard(worker("plain", "sdxl", State.READY, START, Heartbeats.capable(false, false, false)));
        workers.heard(worker("paint", "paint", State.READY, START, Heartbeats.capable(true, true, true)));
        GenerationInput refined = input("{'refiner': {'mode': 'ensemble'}}");

        assertThat(workers.obstacle("sdxl", refined))
                .contains("\"paint\" is not the model \"sdxl\"; there is no refiner");

        workers.heard(worker("refines", "sdxl", State.BUSY, START, Heartbeats.capable(true, false, false)));
        assertThat(workers.obstacle("sdxl", refined)).isEmpty();
    }

    private static GenerationInput input(String json) throws JsonProcessingException {
        return Json.mapper().readValue(json.replace('\'', '"'), GenerationInput.class);
    }
}
