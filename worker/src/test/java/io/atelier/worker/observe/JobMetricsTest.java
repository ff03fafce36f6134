package io.atelier.worker.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationError;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationStatus;
import io.atelier.job.Timings;
import io.atelier.testing.DocumentedMetrics;
import io.atelier.worker.consume.Delivery;
import io.atelier.worker.consume.JobWatch;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** With the registry that the Quarkus extension brings, deprecated or not: its names are what is scraped. */
@SuppressWarnings("deprecation")
class JobMetricsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T07:00:00Z");
    private static final Timings TIMINGS = new Timings(1500L, 0L, 10L, 2000L, 500L, 30L, 20L, 40L, 2600L);

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private long nanos;
    private final JobMetrics metrics = new JobMetrics(meters, Clock.fixed(NOW, ZoneOffset.UTC), () -> nanos);

    @Test
    void a_job_that_succeeds_is_counted_with_its_wait_and_its_stages() {
        JobWatch watch = take(job("a", NOW.minusSeconds(60)));
        assertThat(value("atelier_jobs_in_hand")).isEqualTo(1);

        watch.started(started("a"));
        watch.ended(started("a").toBuilder().status(GenerationStatus.SUCCEEDED).build());

        assertThat(value("atelier_jobs_total{code=\"none\",outcome=\"succeeded\"}"))
                .isEqualTo(1);
        assertThat(value("atelier_queue_seconds_sum")).isEqualTo(1.5);
        assertThat(value("atelier_queue_seconds_bucket{le=\"1.0\"}")).isEqualTo(0);
        assertThat(value("atelier_queue_seconds_bucket{le=\"5.0\"}")).isEqualTo(1);
        assertThat(value("atelier_stage_seconds_sum{stage=\"base\"}")).isEqualTo(2);
        assertThat(value("atelier_stage_seconds_sum{stage=\"upload\"}")).isEqualTo(0.04);
        assertThat(value("atelier_jobs_in_hand")).isEqualTo(0);
    }

    @Test
    void ends_are_told_apart_by_outcome_and_code() {
        take(job("a", NOW))
                .ended(job("a", NOW).toBuilder()
                        .status(GenerationStatus.FAILED)
                        .error(GenerationError.of(new GenerationException(ErrorCode.INVALID_REQUEST, "no")))
                        .build());
        take(job("b", NOW)).handedBack(Optional.of(ErrorCode.OUT_OF_MEMORY));
        take(job("c", NOW)).handedBack(Optional.empty());
        take(job("d", NOW))
                .ended(started("d").toBuilder()
                        .status(GenerationStatus.SUCCEEDED)
                        .worker("another")
                        .build());

        assertThat(value("atelier_jobs_total{code=\"invalid_request\",outcome=\"failed\"}"))
                .isEqualTo(1);
        assertThat(value("atelier_jobs_total{code=\"out_of_memory\",outcome=\"retried\"}"))
                .isEqualTo(1);
        assertThat(value("atelier_jobs_total{code=\"none\",outcome=\"handed_back\"}"))
                .isEqualTo(1);
        assertThat(value("atelier_jobs_total{code=\"none\",outcome=\"repeated\"}"))
                .isEqualTo(1);
        assertThat(meters.scrape())
                .as("what another worker did is not timed here")
                .doesNotContain("atelier_stage");
    }

    @Test
    void the_lane_is_busy_also_while_a_drawing_is_under_way() {
        JobWatch watch = take(job("a", NOW));
        watch.drawingBegan();
        nanos = 3_000_000_000L;
        assertThat(value("atelier_lane_busy_seconds_total")).isEqualTo(3);
        watch.drawingEnded();
        nanos = 10_000_000_000L;

        assertThat(value("atelier_lane_busy_seconds_total")).isEqualTo(3);
    }

    @Test
    void the_gap_between_two_drawings_counts_from_when_the_second_job_was_there() {
        draw(job("first", NOW.minusSeconds(60)));
        assertThat(meters.scrape()).as("nothing came before").doesNotContain("atelier_lane_gap");

        nanos += Duration.ofMillis(15).toNanos();
        draw(job("waited long", NOW.minusSeconds(60)));
        assertThat(value("atelier_lane_gap_seconds_sum")).isEqualTo(0.015);

        nanos += Duration.ofMinutes(10).toNanos();
        draw(job("came just now", NOW.minusMillis(5)));
        assertThat(value("atelier_lane_gap_seconds_sum")).isEqualTo(0.02);
        assertThat(value("atelier_lane_gap_seconds_count")).isEqualTo(2);
    }

    @Test
    void the_clock_of_a_submitter_that_is_ahead_makes_no_gap_negative() {
        draw(job("first", NOW));
        nanos += 1_000_000;
        draw(job("from the future", NOW.plusSeconds(60)));

        assertThat(value("atelier_lane_gap_seconds_sum")).isEqualTo(0);
        assertThat(value("atelier_lane_gap_seconds_count")).isEqualTo(1);
    }

    @Test
    void renewals_and_redeliveries_are_counted() {
        metrics.renewed(true);
        metrics.renewed(true);
        metrics.renewed(false);
        take(job("a", NOW));
        metrics.taken(Delivery.of(record((short) 2)), job("a", NOW));

        assertThat(value("atelier_lock_renewals_total{result=\"ok\"}")).isEqualTo(2);
        assertThat(value("atelier_lock_renewals_total{result=\"refused\"}")).isEqualTo(1);
        assertThat(value("atelier_redeliveries_total")).isEqualTo(1);
    }

    @Test
    void the_readme_lists_every_metric_and_no_other() throws IOException {
        a_job_that_succeeds_is_counted_with_its_wait_and_its_stages();
        the_lane_is_busy_also_while_a_drawing_is_under_way();
        draw(job("next", NOW));
        renewals_and_redeliveries_are_counted();
        WatchedStoreTest.uploadOnce(meters);

        Set<String> exposed = DocumentedMetrics.exposed(meters.scrape());
        // A timer's longest of late comes with it.
        exposed.removeIf(name -> name.endsWith("_max"));
        assertThat(DocumentedMetrics.inReadme("**Metrics** of a worker", "**Of a gateway**"))
                .containsExactlyInAnyOrderElementsOf(exposed);
    }

    private void draw(Generation job) {
        JobWatch watch = take(job);
        watch.drawingBegan();
        watch.drawingEnded();
    }

    private JobWatch take(Generation job) {
        return metrics.taken(Delivery.of(record((short) 1)), job);
    }

    private static Generation job(String name, Instant createdAt) {
        return new Generation.Builder()
                .id(new GenerationId(name.replace(' ', '-')))
                .createdAt(createdAt)
                .attempt(1)
                .worker("worker-0")
                .build();
    }

    private static Generation started(String name) {
        return job(name, NOW).toBuilder().timings(TIMINGS).build();
    }

    private static ConsumerRecord<byte[], byte[]> record(short deliveries) {
        return new ConsumerRecord<>(
                "requests",
                0,
                5,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                null,
                new byte[0],
                new RecordHeaders(),
                Optional.empty(),
                Optional.of(deliveries));
    }

    /** Of a line of the exposition, named with its labels in alphabetical order. */
    private double value(String series) {
        return meters.scrape()
                .replace(",}", "}")
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(0);
    }
}
