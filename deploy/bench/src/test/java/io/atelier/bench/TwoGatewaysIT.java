package io.atelier.bench;

import static io.atelier.bench.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.bench.cluster.ClusterLog;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.bench.simulation.DrawLog;
import io.atelier.job.Priority;
import io.atelier.message.Json;
import io.atelier.testing.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways on one PostgreSQL store, in one consumer group. */
class TwoGatewaysIT {
    private static final int SUBMITTERS = 4;
    private static final int EACH = 60;
    private static final int BY_KAFKA = 60;
    private static final int KILL_AFTER = 80;
    private static final int KEYS = 10;
    /** The receivers that a dead gateway has claimed are free again after two minutes. */
    private static final Duration CLAIMED = Duration.ofMinutes(4);
    /** How many requests a gateway has under way to one receiver at most. */
    private static final int PER_RECEIVER = 8;

    private static final List<String> STORY =
            List.of("generation.queued", "generation.started", "generation.succeeded");

    @RegisterExtension
    static final Postgres POSTGRES = new Postgres();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path data;

    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final AtomicInteger submissions = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    @Test
    void the_death_of_one_in_the_middle_of_its_work_loses_nothing() throws Exception {
        Postgres.Database store = POSTGRES.newDatabase();
        List<GatewayProgram> gateways = new ArrayList<>();
        try (SignedReceiver receiver = new SignedReceiver();
                SimulatedCluster cluster = SimulatedCluster.start(data, Map.of())) {
            cluster.startWorker("worker", "--count", "4", "--draw-ms", "20");
            for (String name : List.of("one", "two")) {
                gateways.add(GatewayProgram.launch(name, data, cluster, store, receiver.settings()));
            }
            for (GatewayProgram gateway : gateways) {
                gateway.awaitReady();
            }
            String webhook = receiver.url();
            Set<String> withKeys = submitWithKeys(gateways, webhook, false);
            withKeys.addAll(submitWithKeys(gateways, webhook, true));

            List<CompletableFuture<Void>> load = IntStream.range(0, SUBMITTERS)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> submit(i, gateways, webhook)))
                    .collect(Collectors.toCollection(ArrayList::new));
            load.add(CompletableFuture.runAsync(
                    () -> IntStream.range(0, BY_KAFKA).forEach(i -> produce(cluster, "by-kafka-" + i, webhook))));
            until("the load is under way", () -> submissions.get() >= KILL_AFTER);
            long killed = System.nanoTime();
            gateways.get(0).kill();
            CompletableFuture.allOf(load.toArray(CompletableFuture[]::new)).join();

            assertThat(refused).as("submissions to the dead one").hasPositiveValue();
            assertThat(accepted).hasSize(SUBMITTERS * EACH + BY_KAFKA + 2 * KEYS);
            until("all end", () -> cluster.log().haveEnded(accepted));
            GatewayProgram left = gateways.get(1);
            Awaitility.await("the one that is left knows all")
                    .atMost(Duration.ofMinutes(1))
                    .untilAsserted(
                            () -> assertThat(ProjectedStore.offsets(store)).isEqualTo(ProjectedStore.ends(cluster)));
            ProjectedStore.assertSame(accepted, TopicReader.read(cluster.kafka(), SimulatedCluster.TOPICS), left);
            Awaitility.await("the receiver is told of every end")
                    .atMost(CLAIMED)
                    .until(() -> ends(receiver).containsAll(accepted));
            assertTold(receiver, killed);
            assertThat(withKeys)
                    .allSatisfy(id ->
                            assertThat(cluster.draws(id, DrawLog.Kind.STARTED)).hasSize(1));
            assertThat(accepted)
                    .allSatisfy(id -> assertThat(cluster.log().ends(id))
                            .extracting(ClusterLog.Told::eventId)
                            .containsOnly(cluster.log().ends(id).get(0).eventId()));
            assertThat(left.get("/q/health/ready").statusCode()).isEqualTo(200);
        } finally {
            gateways.forEach(GatewayProgram::kill);
        }
    }

    /**
     * Sends each request to both gateways under one key, and another request after it.
     *
     * @param together both at the same time, or one after the other has answered
     * @return the ids that came of it
     */
    private Set<String> submitWithKeys(List<GatewayProgram> gateways, String webhook, boolean together)
            throws Exception {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < KEYS; i++) {
            String key = (together ? "together-" : "alone-") + i;
            GatewayProgram first = gateways.get(i % 2);
            GatewayProgram second = gateways.get((i + 1) % 2);
            CompletableFuture<String> id = CompletableFuture.supplyAsync(() -> made(first, key, webhook));
            if (!together) {
                id.join();
            }
            assertThat(made(second, key, webhook)).as(key).isEqualTo(id.join());
            for (GatewayProgram gateway : gateways) {
                HttpResponse<String> other =
                        gateway.post("{" + rest(webhook).replace("\"x\"", "\"another\""), "Idempotency-Key", key);
                assertThat(other.statusCode())
                        .as(key + " again: " + other.body())
                        .isEqualTo(422);
            }
            ids.add(id.join());
        }
        assertThat(ids).hasSize(KEYS);
        accepted.addAll(ids);
        return ids;
    }

    private static String made(GatewayProgram gateway, String key, String webhook) {
        try {
            HttpResponse<String> answer = gateway.post("{" + rest(webhook), "Idempotency-Key", key);
            assertThat(answer.statusCode()).as(answer.body()).isIn(202, 200);
            return Json.mapper().readTree(answer.body()).path("id").textValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> ends(SignedReceiver receiver) {
        return receiver.told().stream()
                .filter(told -> told.type().equals("generation.succeeded"))
                .map(SignedReceiver.Told::generation)
                .toList();
    }

    /**
     * A message is taken once, after all that was told of its generation before. Only what the dead gateway had under way,
     * and could not note any more, comes again.
     */
    private void assertTold(SignedReceiver receiver, long killed) {
        assertThat(receiver.unverified()).isEmpty();
        Map<String, SignedReceiver.Told> messages = new LinkedHashMap<>();
        Set<String> repeated = new HashSet<>();
        for (SignedReceiver.Told told : receiver.told()) {
            if (messages.putIfAbsent(told.message(), told) != null) {
                assertThat(told.at()).as("the second time of %s", told).isGreaterThan(killed);
                assertThat(repeated.add(told.message()))
                        .as("not a third time: %s", told)
                        .isTrue();
            }
        }
        assertThat(repeated).hasSizeLessThanOrEqualTo(PER_RECEIVER);
        Map<String, List<String>> stories = messages.values().stream()
                .collect(Collectors.groupingBy(
                        SignedReceiver.Told::generation,
                        Collectors.mapping(SignedReceiver.Told::type, Collectors.toList())));
        assertThat(stories).containsOnlyKeys(accepted);
        assertThat(stories.values()).allMatch(STORY::equals);
    }

    /** Takes turns between the gateways; what one does not answer is sent to the other, under the same id. */
    private void submit(int submitter, List<GatewayProgram> gateways, String webhook) {
        for (int i = 0; i < EACH; i++) {
            String id = "by-http-" + submitter + "-" + i;
            String body = "{\"id\":\"" + id + "\"," + rest(webhook);
            if (!accepts(gateways.get(i % 2), body)) {
                refused.incrementAndGet();
                assertThat(accepts(gateways.get((i + 1) % 2), body)).as(id).isTrue();
            }
            accepted.add(id);
            submissions.incrementAndGet();
        }
    }

    private static String rest(String webhook) {
        return "\"webhook\":\"" + webhook
                + "\",\"webhook_events_filter\":[\"queued\",\"started\",\"completed\"],\"metadata\":{\"of\":\"load\"},\"input\":{\"prompt\":\"x\"}}";
    }

    private static boolean accepts(GatewayProgram gateway, String body) {
        try {
            HttpResponse<String> answer = gateway.post(body);
            return answer.statusCode() == 202 || answer.statusCode() == 200;
        } catch (IOException dead) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void produce(SimulatedCluster cluster, String id, String webhook) {
        cluster.produce(Priority.NORMAL, id, ("{" + rest(webhook)).getBytes(StandardCharsets.UTF_8));
        accepted.add(id);
    }
}
