package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.Priority;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/** Looks over the job store. Thread safe; its calls block and throw {@link JobsException} if the store fails. */
public final class JobQueries {
    private static final String COUNT_BY_PRIORITY =
            "SELECT priority, COUNT(*) FROM generation WHERE status = ? GROUP BY priority";
    private static final String COUNT_UP_TO = "SELECT COUNT(*) FROM (SELECT 1 FROM generation WHERE status = ?"
            + " AND priority = ? FETCH FIRST ? ROWS ONLY) AS counted";
    private static final String LATEST = "SELECT document FROM generation WHERE status = ? AND priority = ?"
            + " ORDER BY status DESC, priority DESC, created_at DESC FETCH FIRST ? ROWS ONLY";
    private static final String UNFINISHED = "SELECT COUNT(*) FROM (SELECT 1 FROM generation WHERE tenant = ?"
            + " AND status IN ('queued', 'processing') FETCH FIRST ? ROWS ONLY) AS unfinished";
    private static final String AHEAD = "SELECT COUNT(*) FROM (SELECT 1 FROM generation WHERE status = 'queued'"
            + " AND priority = ? AND created_at < ? FETCH FIRST ? ROWS ONLY) AS ahead";

    private final Sql sql;

    public JobQueries(DataSource dataSource) {
        this.sql = new Sql(dataSource);
    }

    /** One page; a generation that comes into the store meanwhile appears on no page twice and shifts none. */
    public Page list(Listing listing) {
        Conditions conditions = new Conditions(listing);
        return sql.call("list generations", connection -> {
            try (PreparedStatement select = connection.prepareStatement(conditions.query())) {
                conditions.bind(select);
                try (ResultSet row = select.executeQuery()) {
                    return page(row, listing.limit());
                }
            }
        });
    }

    /** The query asks for one more than fits, to know whether there is a next page. */
    private static Page page(ResultSet row, int limit) throws SQLException {
        List<Generation> generations = new ArrayList<>();
        Optional<Cursor> last = Optional.empty();
        while (row.next()) {
            if (generations.size() == limit) {
                return new Page(generations, last);
            }
            Generation generation = Documents.read(row.getString("document"));
            generations.add(generation);
            last = Optional.of(
                    new Cursor(row.getObject("created_at", OffsetDateTime.class).toInstant(), generation.id()));
        }
        return new Page(generations, Optional.empty());
    }

    /** How many generations have this status, for each priority that has any. */
    public Map<Priority, Integer> count(GenerationStatus status) {
        return sql.call("count generations", connection -> {
            Map<Priority, Integer> counts = new EnumMap<>(Priority.class);
            try (PreparedStatement select = connection.prepareStatement(COUNT_BY_PRIORITY)) {
                select.setString(1, status.wireName());
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        counts.put(Priority.of(row.getString(1)), row.getInt(2));
                    }
                }
            }
            return counts;
        });
    }

    /** The same, counting no further than {@code atMost} in each priority, so that it costs no more the more there are. */
    public Map<Priority, Integer> count(GenerationStatus status, int atMost) {
        return sql.call("count generations", connection -> {
            Map<Priority, Integer> counts = new EnumMap<>(Priority.class);
            try (PreparedStatement select = connection.prepareStatement(COUNT_UP_TO)) {
                for (Priority priority : Priority.values()) {
                    select.setString(1, status.wireName());
                    select.setString(2, priority.wireName());
                    select.setInt(3, atMost);
                    try (ResultSet row = select.executeQuery()) {
                        row.next();
                        counts.put(priority, row.getInt(1));
                    }
                }
            }
            return counts;
        });
    }

    /** The newest generations with this status and priority. */
    public List<Generation> latest(GenerationStatus status, Priority priority, int atMost) {
        return sql.call("list the latest generations", connection -> {
            List<Generation> generations = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(LATEST)) {
                select.setString(1, status.wireName());
                select.setString(2, priority.wireName());
                select.setInt(3, atMost);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        generations.add(Documents.read(row.getString(1)));
                    }
                }
            }
            return generations;
        });
    }

    /** How many are queued with this priority since before {@code time}; counts no further than {@code atMost}. */
    public int queuedBefore(Priority priority, Instant time, int atMost) {
        return sql.call("count the queue", connection -> {
            try (PreparedStatement select = connection.prepareStatement(AHEAD)) {
                select.setString(1, priority.wireName());
                select.setObject(2, time.atOffset(ZoneOffset.UTC));
                select.setInt(3, atMost);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return row.getInt(1);
                }
            }
        });
    }

    /** How many of a tenant's have not ended; counts no further than {@code atMost}. */
    int unfinished(String tenant, int atMost) {
        return sql.call("count what is unfinished", connection -> {
            try (PreparedStatement select = connection.prepareStatement(UNFINISHED)) {
                select.setString(1, tenant);
                select.setInt(2, atMost);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return row.getInt(1);
                }
            }
        });
    }

    /**
     * The conditions of a listing as SQL and its values, in the same order. The order of the rows names all columns of an
     * index, also those that are the same in all rows: only so does H2 read them off the index instead of sorting them.
     */
    private static final class Conditions {
        private final StringBuilder from = new StringBuilder("generation g");
        private final List<String> where = new ArrayList<>();
        private final List<Object> values = new ArrayList<>();
        /** The columns of an index before time and id. */
        private final List<String> same = new ArrayList<>();

        private final int limit;
        private String createdAt = "g.created_at";
        private String id = "g.id";

        Conditions(Listing listing) {
            limit = listing.limit() + 1;
            List<Map.Entry<String, String>> entries =
                    List.copyOf(listing.metadata().entrySet());
            if (!entries.isEmpty()) {
                from.append(" JOIN generation_metadata m ON m.generation_id = g.id");
                same.addAll(List.of("m.tenant", "m.name", "m.content"));
                createdAt = "m.created_at";
                id = "m.generation_id";
            } else {
                same.add("g.tenant");
                listing.model().ifPresent(model -> same.add("g.model"));
                listing.status().ifPresent(status -> same.add("g.status"));
            }
            that(same.get(0) + " = ?", listing.tenant());
            for (int i = 0; i < entries.size(); i++) {
                entry(i, entries.get(i));
            }
            listing.status().ifPresent(status -> that("g.status = ?", status.wireName()));
            listing.model().ifPresent(model -> that("g.model = ?", JdbcJobs.model(model)));
            listing.createdBefore().ifPresent(time -> that(createdAt + " < ?", time.atOffset(ZoneOffset.UTC)));
            listing.after().ifPresent(cursor -> after(cursor, listing.tenant()));
        }

        private void that(String condition, Object... bound) {
            where.add(condition);
            values.addAll(List.of(bound));
        }

        /** The first one leads through its index, the others are looked up. */
        private void entry(int index, Map.Entry<String, String> entry) {
            String name = Sql.text(entry.getKey());
            String content = Sql.text(entry.getValue());
            if (index == 0) {
                that("m.name = ? AND m.content = ?", name, content);
            } else {
                that(
                        "EXISTS (SELECT 1 FROM generation_metadata o WHERE o.generation_id = g.id"
                                + " AND o.name = ? AND o.content = ?)",
                        name,
                        content);
            }
        }

        /** The first of the two conditions is for the index. */
        private void after(Cursor cursor, String tenant) {
            OffsetDateTime time = cursor.createdAt().atOffset(ZoneOffset.UTC);
            that(createdAt + " <= ?", time);
            that(
                    "(" + createdAt + " < ? OR " + id + " < ?)",
                    time,
                    cursor.id().of(tenant).key());
        }

        String query() {
            return "SELECT g.document, g.created_at, g.id FROM " + from + " WHERE " + String.join(" AND ", where)
                    + " ORDER BY " + String.join(" DESC, ", same) + " DESC, " + createdAt + " DESC, " + id
                    + " DESC FETCH FIRST " + limit + " ROWS ONLY";
        }

        void bind(PreparedStatement statement) throws SQLException {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
        }
    }
}
