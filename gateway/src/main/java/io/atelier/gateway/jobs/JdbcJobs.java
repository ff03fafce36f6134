package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationStatus;
import io.atelier.job.Priority;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.common.TopicPartition;

/** {@link Jobs} in SQL that H2 (PostgreSQL mode) and PostgreSQL both understand. */
public final class JdbcJobs implements Jobs {
    private static final String FIND = "SELECT document FROM generation WHERE id = ?";
    // A join, since H2 compares every row with the whole array of `id = ANY (?)`.
    private static final String WANTED =
            " FROM UNNEST(CAST(? AS VARCHAR ARRAY)) AS wanted (wanted_id)" + " JOIN generation ON id = wanted_id";
    private static final String FIND_ALL = "SELECT id, document, announced, request_hash" + WANTED;
    // In the order of ids, so that two gateways cannot wait for each other's rows.
    private static final String LOCK_ALL = FIND_ALL + " ORDER BY id FOR UPDATE";
    private static final String INSERT = "INSERT INTO generation (tenant, status, attempt, announced, created_at,"
            + " document, model, priority, request_hash, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT DO NOTHING";
    private static final String UPDATE = "UPDATE generation SET tenant = ?, status = ?, attempt = ?, announced = ?,"
            + " created_at = ?, document = ?, model = ?, priority = ?, request_hash = ? WHERE id = ?";
    /** For what has only become known of, so that its document need not be written again. */
    private static final String UPDATE_KNOWLEDGE = "UPDATE generation SET announced = ?, request_hash = ? WHERE id = ?";

    // By the index of the queue: one of times alone would have to be written for each new row.
    private static final String FORGET = "DELETE FROM generation WHERE id IN (SELECT id FROM generation"
            + " WHERE status = ? AND priority = ? AND created_at < ? FETCH FIRST ? ROWS ONLY)";
    private static final int LONGEST_MODEL = 128;
    private static final Comparator<GenerationId> BY_ID = Comparator.comparing(GenerationId::key);

    private final String foldedRows;
    private final Sql sql;
    private final MetadataRows metadata = new MetadataRows();
    private final ProjectionOffsets offsets;

    private final Consequences consequences;
    private final Announcer announcer;

    public JdbcJobs(DataSource dataSource) {
        this(dataSource, Consequences.NONE, Announcer.NONE);
    }

    /** In a database that several gateways write to. */
    public JdbcJobs(DataSource dataSource, Consequences consequences, Announcer announcer) {
        this(dataSource, consequences, announcer, true);
    }

    /**
     * @param isShared whether other processes write to the database; else {@link #apply} must be called by one thread at a time, and no
     *                 rows are locked for it
     */
    public JdbcJobs(DataSource dataSource, Consequences consequences, Announcer announcer, boolean isShared) {
        this.foldedRows = isShared ? LOCK_ALL : FIND_ALL;
        this.sql = new Sql(dataSource);
        this.offsets = new ProjectionOffsets(sql);
        this.consequences = consequences;
        this.announcer = announcer;
    }

    @Override
    public Optional<Generation> find(GenerationId id) {
        return sql.call("find " + id, connection -> {
            try (PreparedStatement select = connection.prepareStatement(FIND)) {
                select.setString(1, id.key());
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? Optional.of(Documents.read(row.getString("document"))) : Optional.empty();
                }
            }
        });
    }

    @Override
    public Map<GenerationId, StoredJob> find(Collection<GenerationId> ids) {
        return sql.call("find generations", connection -> findAll(connection, FIND_ALL, ids));
    }

    private static Map<GenerationId, StoredJob> findAll(
            Connection connection, String query, Collection<GenerationId> ids) throws SQLException {
        List<Row> rows = new ArrayList<>();
        select(
                connection,
                query,
                ids,
                row -> rows.add(new Row(
                        row.getString("document"), row.getBoolean("announced"), row.getString("request_hash"))));
        Map<GenerationId, StoredJob> jobs = new HashMap<>();
        AllCores.map(rows, Row::job).forEach(job -> jobs.put(job.generation().id(), job));
        return jobs;
    }

    private record Row(String document, boolean announced, String requestHash) {
        StoredJob job() {
            return new StoredJob(Documents.read(document), announced, Optional.ofNullable(requestHash));
        }
    }

    /** @param query with one parameter, the array of keys */
    private static void select(Connection connection, String query, Collection<GenerationId> ids, RowReader reader)
            throws SQLException {
        Array array = connection.createArrayOf(
                "varchar", ids.stream().map(GenerationId::key).toArray());
        try (PreparedStatement select = connection.prepareStatement(query)) {
            select.setArray(1, array);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    reader.read(row);
                }
            }
        } finally {
            array.free();
        }
    }

    @Override
    public StoredJob putIfAbsent(Generation queued, String requestHash) {
        StoredJob job = new StoredJob(queued, false, Optional.of(requestHash));
        boolean absent = sql.inTransaction(
                "store " + queued.id(), connection -> write(connection, Map.of(), Map.of(queued.id(), job)));
        return absent ? job : find(List.of(queued.id())).getOrDefault(queued.id(), job);
    }

    @Override
    public boolean addAll(Collection<StoredJob> accepted) {
        Map<GenerationId, StoredJob> all = new TreeMap<>(BY_ID);
        accepted.forEach(job -> all.put(job.generation().id(), job));
        return sql.inTransaction(
                "store " + accepted.size() + " generations", connection -> write(connection, Map.of(), all));
    }

    @Override
    public void apply(List<Change> changes, Map<TopicPartition, Long> nextOffsets) {
        Map<GenerationId, CompletableFuture<Void>> announced = new HashMap<>();
        boolean done = false;
        while (!done) {
            done = sql.inTransaction("apply " + changes.size() + " changes", connection -> {
                // First, so that whoever empties the store at the same time waits for us, or we for them.
                offsets.write(connection, nextOffsets);
                boolean written = fold(connection, changes, announced);
                await(announced.values());
                return written;
            });
        }
        offsets.committed(nextOffsets);
        consequences.committed();
    }

    private static void await(Collection<CompletableFuture<Void>> announced) {
        try {
            CompletableFuture.allOf(announced.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw JobsException.unannounced(e.getCause());
        }
    }

    /**
     * Kafka takes the announcements while the rows are written.
     *
     * @param announced gets those that were sent
     * @return false if one of the generations came into the store meanwhile, so that it must be folded anew
     */
    private boolean fold(
            Connection connection, List<Change> changes, Map<GenerationId, CompletableFuture<Void>> announced)
            throws SQLException {
        if (changes.isEmpty()) {
            return true;
        }
        TreeSet<GenerationId> ids = new TreeSet<>(BY_ID);
        changes.forEach(change -> ids.add(change.generation().id()));
        Map<GenerationId, StoredJob> before = findAll(connection, foldedRows, ids);
        // New rows, too, are written in the order of ids: two gateways that insert the same ones wait for each other.
        Map<GenerationId, StoredJob> after = new TreeMap<>(BY_ID);
        List<Consequences.Step> steps = new ArrayList<>();
        for (Change change : changes) {
            GenerationId id = change.generation().id();
            Optional<StoredJob> known = Optional.ofNullable(after.getOrDefault(id, before.get(id)));
            if (change instanceof Change.Requested
                    && !known.map(StoredJob::isKnownToBeQueued).orElse(false)) {
                announced.computeIfAbsent(id, any -> announcer.announce((Change.Requested) change));
            }
            StoredJob folded = Projection.fold(known, change);
            steps.add(new Consequences.Step(known, folded, change.trace()));
            after.put(id, folded);
        }
        boolean written = write(connection, before, after);
        if (written) {
            consequences.write(connection, steps);
        }
        return written;
    }

    /** @return false if one that is not in {@code before} is in the store all the same */
    private boolean write(
            Connection connection, Map<GenerationId, StoredJob> before, Map<GenerationId, StoredJob> after)
            throws SQLException {
        List<StoredJob> added = new ArrayList<>();
        List<StoredJob> changed = new ArrayList<>();
        List<StoredJob> heardOf = new ArrayList<>();
        for (StoredJob job : after.values()) {
            StoredJob known = before.get(job.generation().id());
            if (known == null) {
                added.add(job);
            } else if (!known.equals(job)) {
                (known.generation() == job.generation() ? heardOf : changed).add(job);
            }
        }
        if (!insert(connection, added)) {
            return false;
        }
        update(connection, changed);
        updateKnowledge(connection, heardOf);
        metadata.write(connection, before, after);
        return true;
    }

    /** @return whether each was new */
    private static boolean insert(Connection connection, List<StoredJob> jobs) throws SQLException {
        if (jobs.isEmpty()) {
            return true;
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            addBatches(insert, jobs);
            return IntStream.of(insert.executeBatch()).noneMatch(count -> count == 0);
        }
    }

    private static void update(Connection connection, List<StoredJob> jobs) throws SQLException {
        if (!jobs.isEmpty()) {
            try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
                addBatches(update, jobs);
                update.executeBatch();
            }
        }
    }

    private static void updateKnowledge(Connection connection, List<StoredJob> jobs) throws SQLException {
        if (jobs.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(UPDATE_KNOWLEDGE)) {
            for (StoredJob job : jobs) {
                update.setBoolean(1, job.announced());
                update.setString(2, job.requestHash().orElse(null));
                update.setString(3, job.generation().id().key());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    private static void addBatches(PreparedStatement statement, List<StoredJob> jobs) throws SQLException {
        List<String> documents = AllCores.map(jobs, job -> Documents.write(job.generation()));
        for (int i = 0; i < jobs.size(); i++) {
            bind(statement, jobs.get(i), documents.get(i));
            statement.addBatch();
        }
    }

    private static void bind(PreparedStatement statement, StoredJob job, String document) throws SQLException {
        Generation generation = job.generation();
        statement.setString(1, Sql.text(generation.tenant()));
        statement.setString(2, generation.status().wireName());
        statement.setInt(3, generation.attempt());
        statement.setBoolean(4, job.announced());
        statement.setObject(5, generation.createdAt().atOffset(ZoneOffset.UTC));
        statement.setString(6, document);
        statement.setString(7, generation.model() == null ? null : model(generation.model()));
        statement.setString(8, generation.priority().wireName());
        statement.setString(9, job.requestHash().orElse(null));
        statement.setString(10, generation.id().key());
    }

    /** As it is looked for; a longer one than a request may name is kept in the document only. */
    static String model(String name) {
        return Sql.text(name.length() <= LONGEST_MODEL ? name : name.substring(0, LONGEST_MODEL));
    }

    @Override
    public void cancelRequested(Map<GenerationId, Optional<Instant>> requests, Map<TopicPartition, Long> nextOffsets) {
        sql.inTransaction("note cancellations", connection -> {
            offsets.write(connection, nextOffsets);
            CancelRequests.write(connection, requests);
            return true;
        });
        offsets.committed(nextOffsets);
    }

    @Override
    public Optional<Instant> cancelRequestedAt(GenerationId id) {
        return sql.call("find the cancellation of " + id, connection -> CancelRequests.find(connection, id));
    }

    @Override
    public Map<TopicPartition, Long> nextOffsets() {
        return offsets.next();
    }

    @Override
    public boolean wasEmptied() {
        return offsets.wereForgotten();
    }

    @Override
    public void forgetOffset(TopicPartition partition) {
        offsets.forget(partition);
    }

    @Override
    public void clear() {
        sql.inTransaction("be emptied", connection -> {
            try (Statement delete = connection.createStatement()) {
                delete.executeUpdate("DELETE FROM projection_offset");
                delete.executeUpdate("DELETE FROM cancel_request");
                delete.executeUpdate("DELETE FROM generation");
                return true;
            }
        });
    }

    @Override
    public int forgetCreatedBefore(Instant time, int atMost) {
        return sql.call("forget old generations", connection -> {
            CancelRequests.forgetBefore(connection, time);
            int forgotten = 0;
            try (PreparedStatement delete = connection.prepareStatement(FORGET)) {
                for (GenerationStatus status : GenerationStatus.values()) {
                    for (Priority priority : Priority.values()) {
                        delete.setString(1, status.wireName());
                        delete.setString(2, priority.wireName());
                        delete.setObject(3, time.atOffset(ZoneOffset.UTC));
                        delete.setInt(4, atMost - forgotten);
                        forgotten += delete.executeUpdate();
                    }
                }
            }
            return forgotten;
        });
    }

    @Override
    public void check() {
        sql.call("answer", connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT 1")) {
                return select.execute();
            }
        });
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }
}
