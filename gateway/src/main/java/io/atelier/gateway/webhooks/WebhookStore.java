package io.atelier.gateway.webhooks;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.gateway.jobs.JobsException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.message.Json;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import javax.sql.DataSource;

/**
 * Messages, receivers and the log of attempts, in SQL that H2 and PostgreSQL both understand.
 *
 * <p>A receiver is claimed as a whole, for a while, by one gateway at a time. Whoever adds a message or gives a claim up
 * locks the receiver's row, so that no message is left behind between the two. A message waits as long as an earlier one of
 * its generation does.
 */
final class WebhookStore {
    /** The schedule with its jitter takes a day and a half; a message that waited for its receiver gets this long. */
    static final Duration LIFE = Duration.ofHours(48);

    private static final String COLUMNS =
            "m.id, m.type, m.event_at, m.document, m.attempts, m.step, m.state, m.due_at, m.seq";
    private static final String IS_FIRST = " AND NOT EXISTS (SELECT 1 FROM webhook_message e WHERE e.generation_id ="
            + " m.generation_id AND e.receiver = m.receiver AND e.state = 'pending' AND e.seq < m.seq)";
    private static final String INSERT = "INSERT INTO webhook_message (id, generation_id, tenant, receiver, url, type,"
            + " event_at, document, state, attempts, step, due_at, expires_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, 0, ?, ?) ON CONFLICT DO NOTHING";
    private static final String WAKE =
            "UPDATE webhook_receiver SET next_at = LEAST(COALESCE(next_at, ?), ?)" + " WHERE receiver = ?";
    private static final String NEW_RECEIVER = "INSERT INTO webhook_receiver"
            + " (receiver, next_at, claimed_by, claimed_until, failures) VALUES (?, ?, NULL, 0, 0) ON CONFLICT DO NOTHING";
    private static final String CLAIMABLE = "SELECT receiver, failures FROM webhook_receiver"
            + " WHERE next_at <= ? AND claimed_until <= ? ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED";
    private static final String CLAIM =
            "UPDATE webhook_receiver SET claimed_by = ?, claimed_until = ? WHERE receiver = ?";
    private static final String RENEW =
            "UPDATE webhook_receiver SET claimed_until = ? WHERE receiver = ? AND claimed_by = ? AND claimed_until > ?";
    private static final String DUE = "SELECT " + COLUMNS + " FROM webhook_message m WHERE m.receiver = ?"
            + " AND m.state = 'pending' AND m.due_at <= ?" + IS_FIRST + " ORDER BY m.due_at, m.seq LIMIT ?";
    private static final String LOCK = "SELECT claimed_by FROM webhook_receiver WHERE receiver = ? FOR UPDATE";
    private static final String EARLIEST =
            "SELECT MIN(m.due_at) FROM webhook_message m WHERE m.receiver = ?" + " AND m.state = 'pending'" + IS_FIRST;
    private static final String RELEASE = "UPDATE webhook_receiver SET claimed_by = NULL, claimed_until = 0,"
            + " failures = ?, next_at = ? WHERE receiver = ?";
    private static final String NEWER = "SELECT 1 FROM webhook_message e JOIN webhook_message m"
            + " ON e.generation_id = m.generation_id WHERE m.id = ? AND e.state = 'pending' AND e.seq > m.seq";

    private final DataSource dataSource;

    WebhookStore(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** A receiver that is now ours. @param failures its faults in a row */
    record Claim(String receiver, int failures) {}

    /** An entry of the log. */
    record Attempt(
            int attempt,
            Instant startedAt,
            Duration duration,
            String outcome,
            Integer status,
            String error,
            Instant nextAt) {}

    /** A message with all that was tried. */
    record Delivery(WebhookMessage message, String state, Instant dueAt, List<Attempt> attempts) {}

    /** How much waits, and since when the longest. */
    record Backlog(long messages, Optional<Instant> oldest) {}

    /** In the caller's transaction. */
    void add(Connection connection, Collection<WebhookMessage> messages, Instant now) throws SQLException {
        TreeSet<String> receivers = new TreeSet<>();
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (WebhookMessage message : messages) {
                bind(insert, message, now);
                if (insert.executeUpdate() == 1) {
                    receivers.add(message.receiver());
                }
            }
        }
        // In their order, so that two transactions cannot wait for each other.
        for (String receiver : receivers) {
            wake(connection, receiver, now.toEpochMilli());
        }
    }

    private static void bind(PreparedStatement insert, WebhookMessage message, Instant now) throws SQLException {
        insert.setString(1, message.id());
        insert.setString(2, message.generation().id().key());
        insert.setString(3, message.generation().tenant());
        insert.setString(4, message.receiver());
        insert.setString(5, message.url());
        insert.setString(6, message.type());
        insert.setLong(7, message.eventAt().toEpochMilli());
        insert.setString(8, document(message.generation()));
        insert.setLong(9, now.toEpochMilli());
        insert.setLong(10, now.plus(LIFE).toEpochMilli());
    }

    private static void wake(Connection connection, String receiver, long at) throws SQLException {
        if (update(connection, WAKE, at, at, receiver) == 0 && update(connection, NEW_RECEIVER, receiver, at) == 0) {
            update(connection, WAKE, at, at, receiver);
        }
    }

    /** Adds progress, unless the generation has ended meanwhile: then its end must stay the last that is told. */
    void addProgress(WebhookMessage message, Instant now) {
        inTransaction("add progress", connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT status FROM generation WHERE id = ? FOR UPDATE")) {
                select.setString(1, message.generation().id().key());
                try (ResultSet row = select.executeQuery()) {
                    if (row.next() && row.getString(1).equals("processing")) {
                        add(connection, List.of(message), now);
                    }
                }
            }
            return null;
        });
    }

    /** Takes receivers that have something due and that nobody holds. */
    List<Claim> claim(String owner, Instant now, Instant until, int limit) {
        return inTransaction("claim receivers", connection -> {
            List<Claim> claims = new ArrayList<>();
            try (PreparedStatement select = prepare(connection, CLAIMABLE, millis(now), millis(now), limit);
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    claims.add(new Claim(row.getString(1), row.getInt(2)));
                }
            }
            for (Claim claim : claims) {
                update(connection, CLAIM, owner, millis(until), claim.receiver());
            }
            return claims;
        });
    }

    /** @return false if the claim had run out */
    boolean renew(String owner, String receiver, Instant now, Instant until) {
        return inTransaction(
                "renew a claim",
                connection -> update(connection, RENEW, millis(until), receiver, owner, millis(now)) == 1);
    }

    /** The messages of a receiver that may be sent now, the longest due first. */
    List<WebhookMessage> due(String receiver, Instant now, int limit) {
        return inTransaction("find due messages", connection -> {
            List<WebhookMessage> messages = new ArrayList<>();
            try (PreparedStatement select = prepare(connection, DUE, receiver, millis(now), limit);
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    messages.add(message(row));
                }
            }
            return messages;
        });
    }

    /** Whether something newer of the same generation waits. */
    boolean isSuperseded(WebhookMessage message) {
        return inTransaction("look for newer messages", connection -> {
            try (PreparedStatement select = prepare(connection, NEWER, message.id());
                    ResultSet row = select.executeQuery()) {
                return row.next();
            }
        });
    }

    /** Notes what became of an attempt and of the message with it. @param next when it is tried again, if it is */
    void record(WebhookMessage message, Instant startedAt, Duration duration, Outcome outcome, Optional<Instant> next) {
        inTransaction("note an attempt", connection -> {
            int attempt = message.attempts() + 1;
            String state = next.isPresent() ? "pending" : state(outcome.kind());
            int updated = update(
                    connection,
                    "UPDATE webhook_message SET attempts = ?, step = ?, state = ?, due_at = ? WHERE id = ? AND"
                            + " attempts = ?",
                    attempt,
                    message.step() + 1,
                    state,
                    millis(next.orElse(startedAt)),
                    message.id(),
                    message.attempts());
            if (updated == 1) {
                update(
                        connection,
                        "INSERT INTO webhook_attempt (message_id, attempt, started_at, duration_ms, outcome, status,"
                                + " error, next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        message.id(),
                        attempt,
                        millis(startedAt),
                        duration.toMillis(),
                        outcome.kind().wireName(),
                        outcome.status().orElse(null),
                        outcome.error().orElse(null),
                        next.map(WebhookStore::millis).orElse(null));
            }
            if (outcome.kind() == Outcome.Kind.GONE) {
                update(
                        connection,
                        "UPDATE webhook_message SET state = 'gone' WHERE generation_id = ? AND state = 'pending'",
                        message.generation().id().key());
            }
            return null;
        });
    }

    private static String state(Outcome.Kind kind) {
        switch (kind) {
            case DELIVERED:
                return "delivered";
            case GONE:
                return "gone";
            default:
                return "failed";
        }
    }

    /** Ends a message without another attempt. */
    void supersede(WebhookMessage message) {
        inTransaction(
                "pass a message over",
                connection -> update(
                        connection,
                        "UPDATE webhook_message SET state = 'superseded' WHERE id = ? AND state = 'pending'",
                        message.id()));
    }

    /** Gives a claim up. @param notBefore when the receiver may be claimed again at the earliest */
    void release(String owner, String receiver, int failures, Instant notBefore) {
        inTransaction("give a claim up", connection -> {
            try (PreparedStatement lock = prepare(connection, LOCK, receiver);
                    ResultSet row = lock.executeQuery()) {
                if (!row.next() || !owner.equals(row.getString(1))) {
                    return null;
                }
            }
            Long next = null;
            try (PreparedStatement earliest = prepare(connection, EARLIEST, receiver);
                    ResultSet row = earliest.executeQuery()) {
                if (row.next()) {
                    long at = row.getLong(1);
                    next = row.wasNull() ? null : (Long) Math.max(at, millis(notBefore));
                }
            }
            update(connection, RELEASE, failures, next, receiver);
            return null;
        });
    }

    /** When the next receiver has something due; empty if nothing waits. */
    Optional<Instant> nextDue() {
        return time("SELECT MIN(next_at) FROM webhook_receiver");
    }

    Backlog backlog() {
        return inTransaction("count its messages", connection -> {
            try (PreparedStatement select = prepare(
                            connection, "SELECT COUNT(*), MIN(event_at) FROM webhook_message WHERE state = 'pending'");
                    ResultSet row = select.executeQuery()) {
                row.next();
                long oldest = row.getLong(2);
                Optional<Instant> since = row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(oldest));
                return new Backlog(row.getLong(1), since);
            }
        });
    }

    /** Gives up what has waited too long, and forgets what ended before {@code forgetBefore}. */
    void tidy(Instant now, Instant forgetBefore) {
        inTransaction("tidy up", connection -> {
            update(
                    connection,
                    "UPDATE webhook_message SET state = 'failed' WHERE state = 'pending' AND expires_at < ?",
                    millis(now));
            update(
                    connection,
                    "DELETE FROM webhook_attempt WHERE message_id IN (SELECT id FROM webhook_message"
                            + " WHERE state <> 'pending' AND event_at < ?)",
                    millis(forgetBefore));
            return update(
                    connection,
                    "DELETE FROM webhook_message WHERE state <> 'pending' AND event_at < ?",
                    millis(forgetBefore));
        });
    }

    /**
     * The log of a generation, in the order of its messages.
     *
     * @param key {@link GenerationId#key} of the generation
     */
    List<Delivery> deliveries(String key) {
        return inTransaction("find deliveries", connection -> {
            Map<String, Delivery> deliveries = new LinkedHashMap<>();
            try (PreparedStatement select = prepare(
                            connection,
                            "SELECT " + COLUMNS + " FROM webhook_message m WHERE m.generation_id = ? ORDER BY m.seq",
                            key);
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    WebhookMessage message = message(row);
                    Instant due = Instant.ofEpochMilli(row.getLong("due_at"));
                    deliveries.put(message.id(), new Delivery(message, row.getString("state"), due, new ArrayList<>()));
                }
            }
            try (PreparedStatement select = prepare(
                            connection,
                            "SELECT a.* FROM webhook_attempt a JOIN webhook_message m ON m.id = a.message_id"
                                    + " WHERE m.generation_id = ? ORDER BY a.attempt",
                            key);
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    deliveries.get(row.getString("message_id")).attempts().add(attempt(row));
                }
            }
            return List.copyOf(deliveries.values());
        });
    }

    private static Attempt attempt(ResultSet row) throws SQLException {
        int status = row.getInt("status");
        Integer answered = row.wasNull() ? null : (Integer) status;
        long next = row.getLong("next_at");
        Instant nextAt = row.wasNull() ? null : Instant.ofEpochMilli(next);
        return new Attempt(
                row.getInt("attempt"),
                Instant.ofEpochMilli(row.getLong("started_at")),
                Duration.ofMillis(row.getLong("duration_ms")),
                row.getString("outcome"),
                answered,
                row.getString("error"),
                nextAt);
    }

    /** Lets messages begin their schedule anew, in their order. */
    void redeliver(List<WebhookMessage> messages, Instant now) {
        inTransaction("send again", connection -> {
            TreeSet<String> receivers = new TreeSet<>();
            for (WebhookMessage message : messages) {
                update(
                        connection,
                        "UPDATE webhook_message SET state = 'pending', step = 0, due_at = ?, expires_at = ? WHERE id ="
                                + " ?",
                        millis(now),
                        millis(now.plus(LIFE)),
                        message.id());
                receivers.add(message.receiver());
            }
            for (String receiver : receivers) {
                wake(connection, receiver, millis(now));
            }
            return null;
        });
    }

    private Optional<Instant> time(String sql) {
        return inTransaction("read a time", connection -> {
            try (PreparedStatement select = prepare(connection, sql);
                    ResultSet row = select.executeQuery()) {
                row.next();
                long at = row.getLong(1);
                return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(at));
            }
        });
    }

    private static WebhookMessage message(ResultSet row) throws SQLException {
        return new WebhookMessage(
                row.getString("id"),
                row.getString("type"),
                Instant.ofEpochMilli(row.getLong("event_at")),
                generation(row.getString("document")),
                row.getInt("attempts"),
                row.getInt("step"));
    }

    private static String document(Generation generation) {
        try {
            return Json.mapper().writeValueAsString(generation);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write generation " + generation.id(), e);
        }
    }

    private static Generation generation(String document) {
        try {
            return Json.mapper().readValue(document, Generation.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The outbox holds what is no generation", e);
        }
    }

    private static Long millis(Instant time) {
        return time.toEpochMilli();
    }

    private static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, values)) {
            return statement.executeUpdate();
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null) {
                statement.setNull(i + 1, Types.NULL);
            } else {
                statement.setObject(i + 1, values[i]);
            }
        }
        return statement;
    }

    private <T> T inTransaction(String action, Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T result = work.run(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new JobsException(action, e);
        }
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }
}
