package io.atelier.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.WorkerStatus;
import io.atelier.job.WorkerStatus.State;
import io.atelier.message.Json;
import io.atelier.message.RequestLimits;
import io.atelier.message.SchemaValidator;
import io.atelier.message.Schemas;
import io.atelier.sdxl.TinySdxl;
import io.atelier.worker.WorkerState.Phase;
import io.atelier.worker.consume.Delivery;
import io.atelier.worker.consume.JobWatch;
import io.atelier.worker.draw.SdxlArtist;
import io.atelier.worker.health.Checks;
import io.atelier.worker.observe.JobsInHand;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

class WorkerPresenceTest {
    private static final Instant NOW = Instant.parse("2026-11-24T07:00:00Z");

    private final WorkerConfig config = new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .withMapping(WorkerConfig.class)
            .withDefaultValues(Map.of("atelier.worker.version", "1.2"))
            .build()
            .getConfigMapping(WorkerConfig.class);
    private final WorkerState state = new WorkerState();
    private final JobsInHand inHand = new JobsInHand();
    private final WorkerPresence presence = new WorkerPresence(
            "worker-0",
            config,
            new SdxlArtist(TinySdxl.pipeline(), "tiny", null),
            RequestLimits.DEFAULT,
            state,
            inHand,
            Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void a_worker_tells_what_it_is_in_the_words_of_the_schema() {
        WorkerStatus status = presence.status();

        JsonNode json = Json.mapper().valueToTree(status);
        assertThat(new SchemaValidator(Schemas.WORKER).validate(json)).isEmpty();
        assertThat(json.at("/capabilities/native_width").intValue()).isEqualTo(128);
        assertThat(json.at("/capabilities/schedulers").toString()).contains("\"euler\"");
        assertThat(status.capabilities().refiner()).isTrue();
        assertThat(json.at("/capabilities/defaults/num_inference_steps").intValue())
                .as("as the model's atelier.json has it")
                .isEqualTo(20);
        assertThat(json.at("/capabilities/defaults/scheduler").textValue()).isEqualTo("euler");
        assertThat(json.at("/capabilities/defaults/refiner/mode").textValue()).isEqualTo("ensemble");
        assertThat(status.provider()).isEqualTo("cpu");
        assertThat(status.version()).isEqualTo("1.2");
        assertThat(status.intervalMs()).isEqualTo(5000);
        assertThat(status.at()).isEqualTo(NOW);
    }

    @Test
    void the_state_follows_the_worker_and_readiness_says_why_not() {
        assertState(State.STARTING, "the model is being loaded");
        state.enter(Phase.CONNECTING);
        assertState(State.STARTING, "waiting for the store and the broker");
        state.enter(Phase.READY);
        assertState(State.READY, null);

        JobWatch job = take("job-1");
        assertState(State.BUSY, null);
        assertThat(presence.status().jobs()).containsExactly(new GenerationId("job-1"));
        job.handedBack(Optional.empty());
        assertState(State.READY, null);

        state.setSickness(Optional.of("out_of_memory 3 times in a row"));
        assertState(State.SICK, "out_of_memory 3 times in a row");
        state.setSickness(Optional.empty());
        assertState(State.READY, null);

        take("job-2");
        state.enter(Phase.STOPPING);
        assertState(State.DRAINING, "stopping: the jobs in hand are brought to their end");
        assertThat(presence.status().jobs()).containsExactly(new GenerationId("job-2"));
    }

    @Test
    void each_change_of_state_and_of_the_jobs_in_hand_is_announced() {
        int[] changes = new int[1];
        state.onChange(() -> changes[0]++);
        inHand.onChange(() -> changes[0]++);

        state.enter(Phase.READY);
        state.setSickness(Optional.of("why"));
        take("job-1").ended(null);

        assertThat(changes[0]).isEqualTo(4);
    }

    private JobWatch take(String id) {
        return inHand.taken(
                Delivery.of(new ConsumerRecord<>("requests", 0, 5, null, new byte[0])),
                new Generation.Builder().id(new GenerationId(id)).build());
    }

    /** @param reason null for a worker that takes work */
    private void assertState(State expected, String reason) {
        WorkerStatus status = presence.status();
        assertThat(status.state()).isEqualTo(expected);
        assertThat(status.reason()).isEqualTo(reason);
        HealthCheckResponse health = Checks.ready(state).call();
        assertThat(health.getStatus() == HealthCheckResponse.Status.UP).isEqualTo(reason == null);
        assertThat(health.getData().orElseThrow().get("reason")).isEqualTo(reason);
    }
}
