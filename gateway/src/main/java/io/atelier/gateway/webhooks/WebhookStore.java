package io.atelier.gateway.webhooks;

import static io.atelier.gateway.webhooks.WebhookSql.millis;
import static io.atelier.gateway.webhooks.WebhookSql.prepare;
import static io.atelier.gateway.webhooks.WebhookSql.update;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.gateway.webhooks.DeliveryLog.Attempt;
import io.atelier.gateway.webhooks.DeliveryLog.Delivery;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.message.Json;
import io.atelier.message.TraceParent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
 * Messages and the log of attempts, in SQL that H2 and PostgreSQL both understand. A message waits as long as an earlier
 * one of its generation does.
 */
final class WebhookStore {
    /** The schedule with its jitter takes a day and a half; a message that waited for its receiver gets this long. */
    static final Duration LIFE = Duration.ofHours(48);

    private static final String COLUMNS =
            "m.id, m.type, m.event_at, m.document, m.attempts, m.step, m.state, m.due_at, m.seq,"
                    + " m.traceparent, m.tracestate";
    /** Whether no earlier message of its generation waits. */
    static final String IS_FIRST = " AND NOT EXISTS (SELECT 1 FROM webhook_message e WHERE e.generation_id ="
            + " m.generation_id AND e.receiver = m.receiver AND e.state = 'pending' AND e.seq < m.seq)";

    /** One is gone with the latest before it: 410 ends what is told of a generation, also what happens to it later. */
    private static final String INSERT = "INSERT INTO webhook_message (id, generation_id, tenant, receiver, url, type,"
            + " event_at, document, attempts, step, due_at, expires_at, traceparent, tracestate, state)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, CASE (SELECT l.state FROM webhook_message l WHERE"
            + " l.generation_id = ? ORDER BY l.seq DESC LIMIT 1) WHEN 'gone' THEN 'gone' ELSE 'pending' END)"
            + " ON CONFLICT DO NOTHING";

    private static final String DUE = "SELECT " + COLUMNS + " FROM webhook_message m WHERE m.receiver = ?"
            + " AND m.state = 'pending' AND m.due_at <= ?" + IS_FIRST + ReceiverClaims.BY_DUE + " LIMIT ?";
    private static final List<String> ENDED = List.of("delivered", "failed", "gone", "superseded");
    private static final String NEWER = "SELECT 1 FROM webhook_message e JOIN webhook_message m"
            + " ON e.generation_id = m.generation_id WHERE m.id = ? AND e.state = 'pending' AND e.seq > m.seq";

    private final WebhookSql sql;
    private final ReceiverClaims receivers;

    WebhookStore(DataSource dataSource) {
        this.sql = new WebhookSql(dataSource);
        this.receivers = new ReceiverClaims(sql);
    }

    /** Who delivers to whom. */
    ReceiverClaims receivers() {
        return receivers;
    }

    /** How much waits, and since when the longest. */
    record Backlog(long messages, Optional<Instant> oldest) {}

    /** In the caller's transaction. */
    void add(Connection connection, Collection<WebhookMessage> messages, Instant now) throws SQLException {
        // In their order, so that two transactions cannot wait for each other; and first, since that locks them: a
        // receiver
        // that says at this moment that it is gone ends either what is added here, or before it is added.
        TreeSet<String> receivers = new TreeSet<>();
        messages.forEach(message -> receivers.add(message.receiver()));
        for (String receiver : receivers) {
            ReceiverClaims.wake(connection, receiver, now.toEpochMilli());
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (WebhookMessage message : messages) {
                bind(insert, message, now);
                insert.executeUpdate();
            }
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
        insert.setString(11, message.trace().map(TraceParent::value).orElse(null));
        insert.setString(12, message.trace().map(TraceParent::state).orElse(null));
        insert.setString(13, message.generation().id().key());
    }

    /** Adds progress, unless the generation has ended meanwhile: then its end must stay the last that is told. */
    void addProgress(WebhookMessage message, Instant now) {
        sql.inTransaction("add progress", connection -> {
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

    /** The messages of a receiver that may be sent now, the longest due first. */
    List<WebhookMessage> due(String receiver, Instant now, int limit) {
        return sql.inTransaction("find due messages", connection -> {
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
        return sql.inTransaction("look for newer messages", connection -> {
            try (PreparedStatement select = prepare(connection, NEWER, message.id());
                    ResultSet row = select.executeQuery()) {
                return row.next();
            }
        });
    }

    /** Notes what became of an attempt and of the message with it. @param next when it is tried again, if it is */
    void record(WebhookMessage message, Instant startedAt, Duration duration, Outcome outcome, Optional<Instant> next) {
        sql.inTransaction("note an attempt", connection -> {
            if (outcome.kind() == Outcome.Kind.GONE) {
                ReceiverClaims.lock(connection, message.receiver());
            }
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
                        next.map(WebhookSql::millis).orElse(null));
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
        sql.inTransaction(
                "pass a message over",
                connection -> update(
                        connection,
                        "UPDATE webhook_message SET state = 'superseded' WHERE id = ? AND state = 'pending'",
                        message.id()));
    }

    Backlog backlog() {
        return sql.inTransaction("count its messages", connection -> {
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
        sql.inTransaction("tidy up", connection -> {
            update(
                    connection,
                    "UPDATE webhook_message SET state = 'failed' WHERE state = 'pending' AND expires_at < ?",
                    millis(now));
            // One by one, since an index answers "is" and not "is not".
            for (String state : ENDED) {
                update(
                        connection,
                        "DELETE FROM webhook_attempt WHERE message_id IN (SELECT id FROM webhook_message"
                                + " WHERE state = ? AND event_at < ?)",
                        state,
                        millis(forgetBefore));
                update(
                        connection,
                        "DELETE FROM webhook_message WHERE state = ? AND event_at < ?",
                        state,
                        millis(forgetBefore));
            }
            return null;
        });
    }

    /**
     * The log of a generation, in the order of its messages.
     *
     * @param key {@link GenerationId#key} of the generation
     */
    List<Delivery> deliveries(String key) {
        return sql.inTransaction("find deliveries", connection -> {
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

    /** Lets messages begin their schedule anew, in their order and at once: whoever asks for it knows that it is worth it. */
    void redeliver(List<WebhookMessage> messages, Instant now) {
        sql.inTransaction("send again", connection -> {
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
                ReceiverClaims.wake(connection, receiver, millis(now));
                ReceiverClaims.pardon(connection, receiver);
            }
            return null;
        });
    }

    private static WebhookMessage message(ResultSet row) throws SQLException {
        return new WebhookMessage(
                row.getString("id"),
                row.getString("type"),
                Instant.ofEpochMilli(row.getLong("event_at")),
                generation(row.getString("document")),
                row.getInt("attempts"),
                row.getInt("step"),
                TraceParent.of(row.getString("traceparent"), row.getString("tracestate")));
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
}
