package io.atelier.gateway.jobs;

import static io.atelier.gateway.jobs.Samples.CREATED;
import static io.atelier.gateway.jobs.Samples.queued;
import static io.atelier.gateway.jobs.Samples.started;
import static io.atelier.gateway.jobs.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.store.Database;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database must answer. */
abstract class JobQueriesContract {
    private Database database;
    private Jobs jobs;
    private JobQueries queries;

    /** A new database, with its tables. */
    abstract Database open() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        database = open();
        jobs = new JdbcJobs(database.dataSource());
        queries = new JobQueries(database.dataSource());
    }

    @AfterEach
    void closeStore() {
        database.close();
    }

    @Test
    void lists_the_newest_first() {
        put(at("b", 1), at("c", 2), at("a", 0));

        Page page = queries.list(Listings.all().listing());

        assertThat(ids(page)).containsExactly("c", "b", "a");
        assertThat(page.next()).isEmpty();
    }

    @Test
    void pages_follow_each_other_without_gap_or_repeat_although_new_ones_come() {
        // Several of the same time, so that the id has to decide.
        for (int i = 0; i < 11; i++) {
            put(at("job-" + (char) ('a' + i), i / 4));
        }
        List<String> seen = new ArrayList<>();
        Optional<Cursor> next = Optional.empty();
        int pages = 0;
        do {
            Listings listing = Listings.all().limit(3);
            next.ifPresent(listing::after);
            Page page = queries.list(listing.listing());
            seen.addAll(ids(page));
            next = page.next().flatMap(cursor -> Cursor.parse(cursor.text()));
            put(at("new-" + pages++, 100));
        } while (next.isPresent());

        assertThat(pages).isEqualTo(4);
        assertThat(seen)
                .containsExactly(
                        "job-k", "job-j", "job-i", "job-h", "job-g", "job-f", "job-e", "job-d", "job-c", "job-b",
                        "job-a");
    }

    @Test
    void filters_hold_all_at_once() {
        put(labelled("a", 0, "sdxl", Map.of("order", "1", "shop", "x")));
        put(labelled("b", 1, "sdxl", Map.of("order", "1")));
        put(labelled("c", 2, "other", Map.of("order", "1", "shop", "x")));
        put(labelled("d", 3, "sdxl", Map.of("order", "2", "shop", "x")));
        jobs.apply(
                List.of(new Change.Told(labelled("d", 3, "sdxl", Map.of("order", "2", "shop", "x")).toBuilder()
                        .status(GenerationStatus.PROCESSING)
                        .attempt(1)
                        .build())),
                Map.of());

        assertThat(ids(Listings.all().model("sdxl"))).containsExactly("d", "b", "a");
        assertThat(ids(Listings.all().metadata("order", "1"))).containsExactly("c", "b", "a");
        assertThat(ids(Listings.all().metadata("order", "1").metadata("shop", "x")))
                .containsExactly("c", "a");
        assertThat(ids(Listings.all()
                        .metadata("order", "1")
                        .metadata("shop", "x")
                        .model("sdxl")))
                .containsExactly("a");
        assertThat(ids(Listings.all().status(GenerationStatus.PROCESSING))).containsExactly("d");
        assertThat(ids(Listings.all().metadata("order", "1").status(GenerationStatus.PROCESSING)))
                .isEmpty();
        assertThat(ids(Listings.all().createdBefore(CREATED.plusSeconds(2)))).containsExactly("b", "a");
        assertThat(ids(Listings.all().metadata("shop", "x").createdBefore(CREATED.plusSeconds(3))))
                .containsExactly("c", "a");
        assertThat(ids(Listings.all().metadata("order", "1' OR '1'='1"))).isEmpty();
    }

    @Test
    void metadata_follows_a_change_of_the_generation() {
        put(labelled("a", 0, "sdxl", Map.of("order", "1", "shop", "x")));
        Generation told = labelled("a", 5, "sdxl", Map.of("order", "2")).toBuilder()
                .status(GenerationStatus.PROCESSING)
                .attempt(1)
                .build();

        jobs.apply(List.of(new Change.Told(told)), Map.of());

        assertThat(ids(Listings.all().metadata("order", "1"))).isEmpty();
        assertThat(ids(Listings.all().metadata("shop", "x"))).isEmpty();
        assertThat(ids(Listings.all().metadata("order", "2"))).containsExactly("a");
    }

    @Test
    void another_tenants_generations_are_not_listed() {
        put(labelled("a", 0, "sdxl", Map.of("order", "1")));
        Listing others = new Listing(
                "other",
                Optional.empty(),
                Optional.empty(),
                Map.of("order", "1"),
                Optional.empty(),
                Optional.empty(),
                10);

        assertThat(queries.list(others).generations()).isEmpty();
    }

    @Test
    void counts_by_status_and_priority() {
        put(at("a", 0), at("b", 1), at("c", 2));
        put(queued("urgent").toBuilder().priority(Priority.HIGH).build());
        jobs.apply(List.of(new Change.Told(started("run", 1))), Map.of());

        assertThat(queries.count(GenerationStatus.QUEUED))
                .containsExactlyInAnyOrderEntriesOf(Map.of(Priority.NORMAL, 3, Priority.HIGH, 1));
        assertThat(queries.count(GenerationStatus.PROCESSING)).containsExactlyEntriesOf(Map.of(Priority.NORMAL, 1));
        assertThat(queries.queuedBefore(Priority.NORMAL, CREATED.plusSeconds(2), 100))
                .isEqualTo(2);
        assertThat(queries.queuedBefore(Priority.NORMAL, CREATED.plusSeconds(2), 1))
                .isEqualTo(1);
        assertThat(queries.queuedBefore(Priority.LOW, CREATED.plusSeconds(2), 100))
                .isZero();
    }

    @Test
    void the_latest_are_the_newest_of_a_status_and_priority() {
        for (int i = 0; i < 4; i++) {
            Generation drawn = succeeded("drawn-" + i, 1).toBuilder()
                    .createdAt(CREATED.plusSeconds(i))
                    .build();
            jobs.apply(List.of(new Change.Told(drawn)), Map.of());
        }

        assertThat(queries.latest(GenerationStatus.SUCCEEDED, Priority.NORMAL, 2))
                .extracting(drawn -> drawn.id().value())
                .containsExactly("drawn-3", "drawn-2");
        assertThat(queries.latest(GenerationStatus.SUCCEEDED, Priority.HIGH, 2)).isEmpty();
    }

    private List<String> ids(Listings listings) {
        return ids(queries.list(listings.listing()));
    }

    private static List<String> ids(Page page) {
        return page.generations().stream()
                .map(generation -> generation.id().value())
                .collect(Collectors.toList());
    }

    private void put(Generation... generations) {
        for (Generation generation : generations) {
            jobs.putIfAbsent(generation, "hash");
        }
    }

    private static Generation at(String id, int second) {
        return queued(id).toBuilder().createdAt(CREATED.plusSeconds(second)).build();
    }

    private static Generation labelled(String id, int second, String model, Map<String, String> metadata) {
        return at(id, second).toBuilder().model(model).metadata(metadata).build();
    }
}
