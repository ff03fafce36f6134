package io.atelier.bench;

import static io.atelier.bench.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.bench.cluster.ClusterLog.Letter;
import io.atelier.bench.cluster.ClusterLog.Place;
import io.atelier.bench.cluster.ClusterLog.Told;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.job.GenerationStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that nobody can draw from, in thousands, and good ones between them. */
class MalformedRecordsIT {
    private static final int GOOD_EVERY = 50;
    private static final int TEN_MEGABYTES = 10 * 1024 * 1024;

    @TempDir
    Path data;

    @Test
    void hundreds_are_set_aside_with_a_reason_and_stop_nobody() throws Exception {
        assertSetAside(500, 1);
    }

    @Test
    @Tag("long")
    void ten_thousand_are_set_aside_with_a_reason_and_stop_nobody() throws Exception {
        assertSetAside(10_000, 2);
    }

    private void assertSetAside(int count, long seed) throws Exception {
        try (SimulatedCluster cluster = SimulatedCluster.start(data, Map.of())) {
            List<String> workers = List.of("one", "two", "three");
            for (String worker : workers) {
                cluster.startWorker(worker, "--draw-ms", "5");
            }
            MalformedRecords malformed = new MalformedRecords(seed);
            Map<Future<RecordMetadata>, ProducerRecord<byte[], byte[]>> sent = new LinkedHashMap<>();
            List<String> good = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ProducerRecord<byte[], byte[]> record =
                        i == count / 2 ? malformed.ofSize(i, TEN_MEGABYTES) : malformed.next(i);
                sent.put(cluster.producer().send(record), record);
                if (i % GOOD_EVERY == 0) {
                    good.add("good-" + i);
                    cluster.produce("good-" + i, "a red circle");
                }
            }
            Map<Place, ProducerRecord<byte[], byte[]>> places = new HashMap<>();
            for (Map.Entry<Future<RecordMetadata>, ProducerRecord<byte[], byte[]>> one : sent.entrySet()) {
                RecordMetadata stored = one.getKey().get();
                places.put(new Place(stored.topic(), stored.offset()), one.getValue());
            }

            for (int done = 0; done < count; done = cluster.log().letters().size()) {
                int before = done;
                // However many there are: what must not happen is that nothing happens.
                until(
                        "more than " + before + " are set aside",
                        () -> cluster.log().letters().size() > before);
            }
            until("all good ones end", () -> cluster.log().haveEnded(good));

            assertThat(good)
                    .allSatisfy(id -> assertThat(cluster.log().ends(id))
                            .extracting(Told::status)
                            .containsOnly(GenerationStatus.SUCCEEDED));
            Map<Place, Letter> letters = cluster.log().letters();
            assertThat(letters.keySet()).isEqualTo(places.keySet());
            places.forEach((place, record) -> {
                Letter letter = letters.get(place);
                assertThat(letter.value()).as(place.toString()).isEqualTo(record.value());
                assertThat(letter.reasonCode()).as(place.toString()).isNotBlank();
                assertThat(letter.reason()).as(place.toString()).isNotBlank();
                if (record.key() != null) {
                    String id = new String(record.key());
                    assertThat(cluster.log().ends(id))
                            .as(id)
                            .extracting(Told::status)
                            .containsExactly(GenerationStatus.FAILED);
                }
            });
            assertThat(workers)
                    .allSatisfy(worker ->
                            assertThat(cluster.worker(worker).isAlive()).isTrue());
        }
    }
}
