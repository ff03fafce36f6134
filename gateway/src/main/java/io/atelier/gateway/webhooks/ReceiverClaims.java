package io.atelier.gateway.webhooks;

import static io.atelier.gateway.webhooks.WebhookSql.millis;
import static io.atelier.gateway.webhooks.WebhookSql.prepare;
import static io.atelier.gateway.webhooks.WebhookSql.update;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who delivers to whom. A receiver is claimed as a whole, for a while, by one gateway at a time. Whoever adds a message or
 * gives a claim up locks the receiver's row, so that no message is left behind between the two.
 */
final class ReceiverClaims {
    /** The order of an index, in which the first few messages are found without looking at the others. */
    static final String BY_DUE = " ORDER BY m.receiver, m.state, m.due_at, m.seq";

    private static final String WAKE =
            "UPDATE webhook_receiver SET next_at = LEAST(COALESCE(next_at, ?), ?)" + " WHERE receiver = ?";
    private static final String NEW_RECEIVER = "INSERT INTO webhook_receiver"
            + " (receiver, next_at, claimed_by, claimed_until, failures, answered) VALUES (?, ?, NULL, 0, 0, FALSE) ON CONFLICT DO NOTHING";
    private static final String CLAIMABLE = "SELECT receiver, failures, answered FROM webhook_receiver"
            + " WHERE next_at <= ? AND not_before <= ? AND claimed_until <= ?%s"
            + " ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED";
    private static final String ANY = String.format(CLAIMABLE, "");
    private static final String TRUSTED = String.format(CLAIMABLE, " AND answered AND failures = 0");
    private static final String CLAIM =
            "UPDATE webhook_receiver SET claimed_by = ?, claimed_until = ? WHERE receiver = ?";
    private static final String RENEW =
            "UPDATE webhook_receiver SET claimed_until = ? WHERE receiver = ? AND claimed_by = ? AND claimed_until > ?";
    private static final String LOCK = "SELECT claimed_by FROM webhook_receiver WHERE receiver = ? FOR UPDATE";
    private static final String EARLIEST = "SELECT m.due_at FROM webhook_message m WHERE m.receiver = ?"
            + " AND m.state = 'pending'" + WebhookStore.IS_FIRST + BY_DUE + " LIMIT 1";
    private static final String RELEASE = "UPDATE webhook_receiver SET claimed_by = NULL, claimed_until = 0,"
            + " failures = ?, answered = ?, next_at = ?, not_before = ? WHERE receiver = ?";
    private static final String UNUSED = "SELECT receiver FROM webhook_receiver r WHERE next_at IS NULL AND"
            + " claimed_until <= ? AND not_before <= ? AND NOT EXISTS"
            + " (SELECT 1 FROM webhook_message m WHERE m.receiver = r.receiver) LIMIT ? FOR UPDATE SKIP LOCKED";
    private static final String FORGET = "DELETE FROM webhook_receiver WHERE receiver = ?";
    private static final String PARDON = "UPDATE webhook_receiver SET not_before = 0 WHERE receiver = ?";

    private final WebhookSql sql;

    ReceiverClaims(WebhookSql sql) {
        this.sql = sql;
    }

    /**
     * A receiver that is now ours.
     *
     * @param failures its faults in a row
     * @param answered whether it ever answered
     */
    record Claim(String receiver, int failures, boolean answered) {}

    /** Lets the receiver be claimed from then on, in the transaction that gave it something to be told. */
    static void wake(Connection connection, String receiver, long at) throws SQLException {
        if (update(connection, WAKE, at, at, receiver) == 0 && update(connection, NEW_RECEIVER, receiver, at) == 0) {
            update(connection, WAKE, at, at, receiver);
        }
    }

    /** Lets nothing be added for the receiver until the caller's transaction has ended. */
    static void lock(Connection connection, String receiver) throws SQLException {
        try (PreparedStatement lock = prepare(connection, LOCK, receiver);
                ResultSet row = lock.executeQuery()) {
            row.next();
        }
    }

    /** Lets the receiver be called although it was away, in the transaction that gave it something to be told. */
    static void pardon(Connection connection, String receiver) throws SQLException {
        update(connection, PARDON, receiver);
    }

    /**
     * Takes receivers that have something due and that nobody holds.
     *
     * @param trusted only those that answered before, and the last time too
     */
    List<Claim> claim(String owner, Instant now, Instant until, int limit, boolean trusted) {
        return sql.inTransaction("claim receivers", connection -> {
            List<Claim> claims = new ArrayList<>();
            try (PreparedStatement select =
                            prepare(connection, trusted ? TRUSTED : ANY, millis(now), millis(now), millis(now), limit);
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    claims.add(new Claim(row.getString(1), row.getInt(2), row.getBoolean(3)));
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
        return sql.inTransaction(
                "renew a claim",
                connection -> update(connection, RENEW, millis(until), receiver, owner, millis(now)) == 1);
    }

    /**
     * Gives a claim up.
     *
     * @param now       what the receiver has become
     * @param notBefore when the receiver may be claimed again at the earliest, whatever comes for it meanwhile
     */
    void release(String owner, Claim now, Instant notBefore) {
        sql.inTransaction("give a claim up", connection -> {
            try (PreparedStatement lock = prepare(connection, LOCK, now.receiver());
                    ResultSet row = lock.executeQuery()) {
                if (!row.next() || !owner.equals(row.getString(1))) {
                    return null;
                }
            }
            Long next = null;
            try (PreparedStatement earliest = prepare(connection, EARLIEST, now.receiver());
                    ResultSet row = earliest.executeQuery()) {
                if (row.next()) {
                    next = row.getLong(1);
                }
            }
            update(connection, RELEASE, now.failures(), now.answered(), next, millis(notBefore), now.receiver());
            return null;
        });
    }

    /** Forgets receivers that no message is of any more, so many at most. */
    void forgetUnused(Instant now, int limit) {
        sql.inTransaction("forget receivers", connection -> {
            List<String> unused = new ArrayList<>();
            try (PreparedStatement select = prepare(connection, UNUSED, millis(now), millis(now), limit);
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    unused.add(row.getString(1));
                }
            }
            for (String receiver : unused) {
                update(connection, FORGET, receiver);
            }
            return null;
        });
    }

    /** When the next receiver has something due; empty if nothing waits. */
    Optional<Instant> nextDue() {
        return sql.inTransaction("read a time", connection -> {
            try (PreparedStatement select = prepare(
                            connection,
                            "SELECT MIN(GREATEST(next_at, not_before)) FROM webhook_receiver WHERE next_at IS NOT NULL");
                    ResultSet row = select.executeQuery()) {
                row.next();
                long at = row.getLong(1);
                return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(at));
            }
        });
    }
}
