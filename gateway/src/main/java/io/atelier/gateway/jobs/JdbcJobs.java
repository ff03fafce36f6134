package io.atelier.gateway.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.message.Json;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.apache.kafka.common.TopicPartition;

/** {@link Jobs} in SQL that H2 (PostgreSQL mode) and PostgreSQL both understand. */
public final class JdbcJobs implements Jobs {
    private static final String FIND = "SELECT document FROM generation WHERE id = ?";
    private static final String FIND_ALL = "SELECT id, document, announced FROM generation WHERE id = ANY (?)";
    // In the order of ids, so that two gateways cannot wait for each other's rows.
    private static final String LOCK_ALL = FIND_ALL + " ORDER BY id FOR UPDATE";
    private static final String INSERT = "INSERT INTO generation"
            + " (tenant, status, attempt, announced, created_at, document, id) VALUES (?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT DO NOTHING";
    private static final String UPDATE = "UPDATE generation SET tenant = ?, status = ?, attempt = ?, announced = ?,"
            + " created_at = ?, document = ? WHERE id = ?";
    private static final String FIND_OFFSETS = "SELECT topic, topic_partition, next_offset FROM projection_offset";
    private static final String INSERT_OFFSET = "INSERT INTO projection_offset"
            + " (next_offset, topic, topic_partition) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String UPDATE_OFFSET = "UPDATE projection_offset SET next_offset = GREATEST(next_offset, ?)"
            + " WHERE topic = ? AND topic_partition = ?";
    private static final String FORGET_OFFSET = "DELETE FROM projection_offset WHERE topic = ? AND topic_partition = ?";

    private final DataSource dataSource;
    private final Consequences consequences;

    public JdbcJobs(DataSource dataSource) {
        this(dataSource, Consequences.NONE);
    }

    public JdbcJobs(DataSource dataSource, Consequences consequences) {
        this.dataSource = dataSource;
        this.consequences = consequences;
    }

    @Override
    public Optional<Generation> find(GenerationId id) {
        return call("find " + id, connection -> find(connection, id));
    }

    private static Optional<Generation> find(Connection connection, GenerationId id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setString(1, id.value());
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(generation(row.getString("document"))) : Optional.empty();
            }
        }
    }

    @Override
    public Map<GenerationId, StoredJob> find(Collection<GenerationId> ids) {
        return call("find generations", connection -> findAll(connection, FIND_ALL, ids));
    }

    private static Map<GenerationId, StoredJob> findAll(Connection connection, String sql, Collection<GenerationId> ids)
            throws SQLException {
        Map<GenerationId, StoredJob> jobs = new HashMap<>();
        Object[] values = ids.stream().map(GenerationId::value).toArray();
        Array array = connection.createArrayOf("varchar", values);
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setArray(1, array);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    jobs.put(
                            new GenerationId(row.getString("id")),
                            new StoredJob(generation(row.getString("document")), row.getBoolean("announced")));
                }
            }
        } finally {
            array.free();
        }
        return jobs;
    }

    @Override
    public Generation putIfAbsent(Generation queued) {
        return call("store " + queued.id(), connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                bind(insert, new StoredJob(queued, false));
                if (insert.executeUpdate() == 1) {
                    return queued;
                }
            }
            return find(connection, queued.id()).orElse(queued);
        });
    }

    @Override
    public void apply(List<Change> changes, Map<TopicPartition, Long> nextOffsets) {
        boolean done = false;
        while (!done) {
            done = call(
                    "apply " + changes.size() + " changes",
                    c -> inTransaction(c, () -> {
                        boolean applied = fold(c, changes);
                        if (applied) {
                            writeOffsets(c, nextOffsets);
                        }
                        return applied;
                    }));
        }
        consequences.committed();
    }

    /** @return false if one of the generations came into the store meanwhile, so that it must be folded anew */
    private boolean fold(Connection connection, List<Change> changes) throws SQLException {
        if (changes.isEmpty()) {
            return true;
        }
        TreeSet<GenerationId> ids = new TreeSet<>((a, b) -> a.value().compareTo(b.value()));
        changes.forEach(change -> ids.add(change.generation().id()));
        Map<GenerationId, StoredJob> before = findAll(connection, LOCK_ALL, ids);
        Map<GenerationId, StoredJob> after = new LinkedHashMap<>();
        List<Consequences.Step> steps = new ArrayList<>();
        for (Change change : changes) {
            GenerationId id = change.generation().id();
            Optional<StoredJob> known = Optional.ofNullable(after.getOrDefault(id, before.get(id)));
            StoredJob folded = Projection.fold(known, change);
            steps.add(new Consequences.Step(known, folded));
            after.put(id, folded);
        }
        boolean written = write(connection, before, after);
        if (written) {
            consequences.write(connection, steps);
        }
        return written;
    }

    private static boolean write(
            Connection connection, Map<GenerationId, StoredJob> before, Map<GenerationId, StoredJob> after)
            throws SQLException {
        int inserts = 0;
        int updates = 0;
        try (PreparedStatement insert = connection.prepareStatement(INSERT);
                PreparedStatement update = connection.prepareStatement(UPDATE)) {
            for (StoredJob job : after.values()) {
                StoredJob known = before.get(job.generation().id());
                if (known == null) {
                    bind(insert, job);
                    insert.addBatch();
                    inserts++;
                } else if (!known.equals(job)) {
                    bind(update, job);
                    update.addBatch();
                    updates++;
                }
            }
            if (inserts > 0) {
                for (int count : insert.executeBatch()) {
                    if (count == 0) {
                        return false;
                    }
                }
            }
            if (updates > 0) {
                update.executeBatch();
            }
        }
        return true;
    }

    private static void bind(PreparedStatement statement, StoredJob job) throws SQLException {
        Generation generation = job.generation();
        statement.setString(1, generation.tenant());
        statement.setString(2, generation.status().wireName());
        statement.setInt(3, generation.attempt());
        statement.setBoolean(4, job.announced());
        statement.setObject(5, generation.createdAt().atOffset(ZoneOffset.UTC));
        statement.setString(6, document(generation));
        statement.setString(7, generation.id().value());
    }

    private static void writeOffsets(Connection connection, Map<TopicPartition, Long> nextOffsets) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(UPDATE_OFFSET);
                PreparedStatement insert = connection.prepareStatement(INSERT_OFFSET)) {
            for (Map.Entry<TopicPartition, Long> next : nextOffsets.entrySet()) {
                bindOffset(update, next.getKey(), next.getValue());
                if (update.executeUpdate() == 0) {
                    bindOffset(insert, next.getKey(), next.getValue());
                    insert.executeUpdate();
                }
            }
        }
    }

    private static void bindOffset(PreparedStatement statement, TopicPartition partition, long next)
            throws SQLException {
        statement.setLong(1, next);
        statement.setString(2, partition.topic());
        statement.setInt(3, partition.partition());
    }

    @Override
    public Map<TopicPartition, Long> nextOffsets() {
        return call("read its offsets", connection -> {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement(FIND_OFFSETS);
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    offsets.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
                }
            }
            return offsets;
        });
    }

    @Override
    public void forgetOffset(TopicPartition partition) {
        call("forget the offset of " + partition, connection -> {
            try (PreparedStatement delete = connection.prepareStatement(FORGET_OFFSET)) {
                delete.setString(1, partition.topic());
                delete.setInt(2, partition.partition());
                return delete.executeUpdate();
            }
        });
    }

    @Override
    public void check() {
        call("answer", connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT 1")) {
                return select.execute();
            }
        });
    }

    private static Generation generation(String document) {
        try {
            return Json.mapper().readValue(document, Generation.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The job store holds what is no generation", e);
        }
    }

    private static String document(Generation generation) {
        try {
            return Json.mapper().writeValueAsString(generation);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write generation " + generation.id(), e);
        }
    }

    private <T> T call(String action, SqlCall<T> call) {
        try (Connection connection = dataSource.getConnection()) {
            return call.run(connection);
        } catch (SQLException e) {
            throw new JobsException(action, e);
        }
    }

    private static boolean inTransaction(Connection connection, SqlWork work) throws SQLException {
        boolean committed = false;
        connection.setAutoCommit(false);
        try {
            if (work.run()) {
                connection.commit();
                committed = true;
            }
            return committed;
        } finally {
            if (!committed) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
    }

    private interface SqlCall<T> {
        T run(Connection connection) throws SQLException;
    }

    private interface SqlWork {
        boolean run() throws SQLException;
    }
}
