package io.atelier.gateway.workers;

import static io.atelier.gateway.workers.Heartbeats.START;
import static io.atelier.gateway.workers.Heartbeats.worker;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.job.WorkerStatus.State;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelOfferTest {
    @Test
    void models_are_listed_by_name_with_what_any_of_their_workers_can_do() {
        List<ModelOffer> offers = ModelOffer.of(List.of(
                worker("one", "sdxl", State.BUSY, START, Heartbeats.capable(false, false, false)),
                worker("two", "sdxl", State.SICK, START, Heartbeats.capable(true, true, false)),
                worker("three", "paint", State.READY, START, Heartbeats.capable(false, true, true))));

        assertThat(offers).extracting(ModelOffer::name).containsExactly("paint", "sdxl");
        ModelOffer paint = offers.get(0);
        assertThat(paint.inpainting()).isTrue();
        assertThat(paint.textToImage()).isFalse();
        assertThat(paint.imageToImage()).isFalse();
        assertThat(paint.refiner()).isFalse();
        ModelOffer sdxl = offers.get(1);
        assertThat(sdxl.workers()).isEqualTo(2);
        assertThat(sdxl.workersTakingWork()).isEqualTo(1);
        assertThat(sdxl.textToImage()).isTrue();
        assertThat(sdxl.imageToImage()).isTrue();
        assertThat(sdxl.inpainting()).isTrue();
        assertThat(sdxl.refiner()).isTrue();
        assertThat(sdxl.schedulers()).containsExactly("euler", "ddim");
        assertThat(sdxl.digests()).hasSize(1);
    }
}
