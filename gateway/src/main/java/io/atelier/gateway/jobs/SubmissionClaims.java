package io.atelier.gateway.jobs;

import io.atelier.job.GenerationId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.sql.DataSource;

/**
 * Which request is about to be sent under an id, so that no gateway sends another one there at the same moment: the workers
 * would draw the one that Kafka has first, and the caller of the other could have been told that it was accepted. Thread safe;
 * its calls block and throw {@link JobsException} if the store fails.
 */
public final class SubmissionClaims {
    /** Longer than a submission takes. What became of it is in the job store by then. */
    private static final Duration LIFE = Duration.ofMinutes(10);

    private static final String INSERT =
            "INSERT INTO submission_claim (id, request_hash, claimed_at) VALUES (?, ?, ?)" + " ON CONFLICT DO NOTHING";
    private static final String FIND = "SELECT request_hash FROM submission_claim WHERE id = ?";
    private static final String DELETE = "DELETE FROM submission_claim WHERE id = ? AND request_hash = ?";
    private static final String DELETE_OLD = "DELETE FROM submission_claim WHERE claimed_at < ?";

    private final Sql sql;

    public SubmissionClaims(DataSource dataSource) {
        this.sql = new Sql(dataSource);
    }

    /** Whose an id is. */
    enum Claim {
        /** Ours from now on. */
        TAKEN,
        /** Somebody is sending the same request, or has sent it just now. */
        OF_THE_SAME,
        /** Another request's. */
        OF_ANOTHER
    }

    Claim claim(GenerationId id, String requestHash, Instant now) {
        return sql.call("claim " + id, connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                insert.setString(1, id.key());
                insert.setString(2, requestHash);
                insert.setObject(3, now.atOffset(ZoneOffset.UTC));
                return insert.executeUpdate() == 1 ? Claim.TAKEN : held(connection, id, requestHash);
            }
        });
    }

    private static Claim held(Connection connection, GenerationId id, String requestHash) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setString(1, id.key());
            try (ResultSet row = select.executeQuery()) {
                // One that is given up at this moment was not sent: whoever comes again may take it.
                return !row.next() || row.getString(1).equals(requestHash) ? Claim.OF_THE_SAME : Claim.OF_ANOTHER;
            }
        }
    }

    /** For a request that Kafka did not take. */
    void giveUp(GenerationId id, String requestHash) {
        sql.call("give up " + id, connection -> {
            try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
                delete.setString(1, id.key());
                delete.setString(2, requestHash);
                return delete.executeUpdate();
            }
        });
    }

    void forgetOld(Instant now) {
        sql.call("forget old claims", connection -> {
            try (PreparedStatement delete = connection.prepareStatement(DELETE_OLD)) {
                delete.setObject(1, now.minus(LIFE).atOffset(ZoneOffset.UTC));
                return delete.executeUpdate();
            }
        });
    }
}
