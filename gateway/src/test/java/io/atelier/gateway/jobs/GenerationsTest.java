package io.atelier.gateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.jobs.Generations.Outcome;
import io.atelier.gateway.jobs.Generations.Submission;
import io.atelier.gateway.store.Database;
import io.atelier.gateway.store.TestDatabases;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.job.GenerationStatus;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestLimits;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.message.TraceParent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a submission answers when Kafka or the store goes away in the middle of it. */
class GenerationsTest {
    private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

    private final Database database = TestDatabases.h2();
    private final Jobs jobs = new JdbcJobs(database.dataSource());
    /** Acknowledges when a test says so. */
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());

    private final GenerationUpdates updates = new GenerationUpdates();
    private final Generations generations = new Generations(
            jobs,
            new SubmissionClaims(database.dataSource()),
            new KafkaRequestLog(producer, TOPICS, new MessageCodec(TOPICS, URI.create("/test")), Clock.systemUTC()),
            updates,
            Clock.systemUTC(),
            Runnable::run);
    private final GenerationRequest request = new RequestParser(RequestLimits.DEFAULT)
            .parse(RequestParser.readObject(
                    "{\"input\":{\"prompt\":\"a red circle\"}}".getBytes(StandardCharsets.UTF_8)))
            .withId(new GenerationId("job"));

    @AfterEach
    void closeStore() {
        database.close();
    }

    @Test
    void what_kafka_took_is_accepted_though_the_store_goes_away() {
        CompletableFuture<Submission> submitted = generations.submitNew(request, TraceParent.newRoot());
        database.close();
        producer.completeNext();

        assertThat(submitted.join().outcome()).isEqualTo(Outcome.ACCEPTED);
        assertThat(submitted.join().generation().id()).isEqualTo(request.id());
        assertThat(producer.history()).hasSize(1);
    }

    @Test
    void who_waits_hears_of_the_end_though_the_store_is_away() {
        Generation queued = Generation.queued(request, Samples.CREATED);
        database.close();

        CompletableFuture<Generation> end = generations.awaitEnd(queued, Duration.ofMinutes(1));
        assertThat(end).isNotDone();
        updates.publish(Samples.succeeded("job", 1));

        assertThat(end.join().status()).isEqualTo(GenerationStatus.SUCCEEDED);
        assertThat(generations.awaitEnd(
                        queued.toBuilder().id(new GenerationId("other")).build(), Duration.ofMillis(1)))
                .succeedsWithin(Duration.ofSeconds(10))
                .extracting(Generation::status)
                .isEqualTo(GenerationStatus.QUEUED);
    }

    @Test
    void what_kafka_did_not_take_leaves_no_trace() {
        CompletableFuture<Submission> submitted = generations.submitNew(request, TraceParent.newRoot());
        producer.errorNext(new TimeoutException("no broker"));

        assertThatThrownBy(submitted::join)
                .hasCauseInstanceOf(GenerationException.class)
                .extracting(failure -> ((GenerationException) failure.getCause()).code())
                .isEqualTo(ErrorCode.BROKER_UNAVAILABLE);
        assertThat(jobs.find(request.id())).isEmpty();
    }

    /** Only what came first is drawn, so only that may be accepted. */
    @Test
    void another_request_under_an_id_that_is_being_sent_is_refused() {
        CompletableFuture<Submission> first = generations.submit(request, TraceParent.newRoot());
        CompletableFuture<Submission> other = generations.submit(otherRequest(), TraceParent.newRoot());

        assertThat(other.join().outcome()).isEqualTo(Outcome.OTHER_REQUEST);
        producer.completeNext();
        assertThat(first.join().outcome()).isEqualTo(Outcome.ACCEPTED);
        assertThat(producer.history()).hasSize(1);
    }

    @Test
    void the_same_request_at_the_same_moment_is_sent_once() {
        CompletableFuture<Submission> first = generations.submit(request, TraceParent.newRoot());
        CompletableFuture<Submission> same = generations.submit(request, TraceParent.newRoot());
        assertThat(same).isNotDone();

        producer.completeNext();

        assertThat(same).succeedsWithin(Duration.ofSeconds(10)).satisfies(submission -> {
            assertThat(submission.outcome()).isEqualTo(Outcome.KNOWN);
            assertThat(submission.generation()).isEqualTo(first.join().generation());
        });
        assertThat(producer.history()).hasSize(1);
    }

    @Test
    void who_waits_for_the_same_request_sends_it_when_kafka_did_not_take_it() {
        generations.submit(request, TraceParent.newRoot());
        CompletableFuture<Submission> same = generations.submit(request, TraceParent.newRoot());

        producer.errorNext(new TimeoutException("no broker"));
        while (!same.isDone()) {
            producer.completeNext();
            Thread.onSpinWait();
        }

        assertThat(same.join().outcome()).isEqualTo(Outcome.ACCEPTED);
        assertThat(producer.history()).hasSize(2);
    }

    /** As after its row could not be written: what became of it is heard, and the store lacks it for a while. */
    @Test
    void another_request_is_told_from_the_one_that_is_heard_of_and_not_stored() {
        generations.submit(request, TraceParent.newRoot());
        updates.publish(Samples.started("job", 1));

        Submission same = generations.submit(request, TraceParent.newRoot()).join();
        Submission other =
                generations.submit(otherRequest(), TraceParent.newRoot()).join();

        assertThat(same.outcome()).isEqualTo(Outcome.KNOWN);
        assertThat(same.generation().status()).isEqualTo(GenerationStatus.PROCESSING);
        assertThat(other.outcome()).isEqualTo(Outcome.OTHER_REQUEST);
        assertThat(producer.history()).hasSize(1);
    }

    @Test
    void an_id_is_free_again_when_kafka_did_not_take_its_request() {
        CompletableFuture<Submission> first = generations.submit(request, TraceParent.newRoot());
        producer.errorNext(new TimeoutException("no broker"));
        assertThat(first).isCompletedExceptionally();

        CompletableFuture<Submission> other = generations.submit(otherRequest(), TraceParent.newRoot());
        producer.completeNext();

        assertThat(other.join().outcome()).isEqualTo(Outcome.ACCEPTED);
    }

    private GenerationRequest otherRequest() {
        return new RequestParser(RequestLimits.DEFAULT)
                .parse(RequestParser.readObject(
                        "{\"input\":{\"prompt\":\"a blue star\"}}".getBytes(StandardCharsets.UTF_8)))
                .withId(request.id());
    }

    @Test
    void nothing_is_sent_when_the_store_is_away_before() {
        database.close();

        assertThatThrownBy(() -> generations.submit(request, TraceParent.newRoot()))
                .isInstanceOf(JobsException.class);
        assertThat(producer.history()).isEmpty();
    }
}
