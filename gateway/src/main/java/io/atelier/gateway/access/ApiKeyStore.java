package io.atelier.gateway.access;

import io.atelier.gateway.jobs.JobsException;
import io.atelier.job.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** The keys, hashed, in the database of the job store. Thread safe; blocks; throws {@link JobsException} if that fails. */
public final class ApiKeyStore {
    private static final String COLUMNS = "SELECT id, tenant, secret_hash, created_at, revoked_at FROM api_key";

    private final DataSource dataSource;

    public ApiKeyStore(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Makes a key. @return the only copy of it */
    public ApiKeySecret add(String tenant, Instant now) {
        Tenant.require(tenant);
        ApiKeySecret secret = ApiKeySecret.random();
        return call("add a key", connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO api_key (id, tenant, secret_hash, created_at) VALUES (?, ?, ?, ?)")) {
                insert.setString(1, secret.id());
                insert.setString(2, tenant);
                insert.setString(3, secret.hash());
                insert.setLong(4, now.truncatedTo(ChronoUnit.MILLIS).toEpochMilli());
                insert.executeUpdate();
                return secret;
            }
        });
    }

    /** All of them, also the revoked ones, the oldest first. */
    public List<ApiKey> list() {
        return call("list keys", connection -> {
            List<ApiKey> keys = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(COLUMNS + " ORDER BY created_at, id");
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    keys.add(key(row));
                }
            }
            return keys;
        });
    }

    public Optional<ApiKey> find(String id) {
        return call("find a key", connection -> {
            try (PreparedStatement select = connection.prepareStatement(COLUMNS + " WHERE id = ?")) {
                select.setString(1, id);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? Optional.of(key(row)) : Optional.empty();
                }
            }
        });
    }

    /** @return whether there is such a key; one that was revoked before stays so, with its time */
    public boolean revoke(String id, Instant now) {
        return call("revoke a key", connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                    "UPDATE api_key SET revoked_at = COALESCE(revoked_at, ?) WHERE id = ?")) {
                update.setLong(1, now.toEpochMilli());
                update.setString(2, id);
                return update.executeUpdate() == 1;
            }
        });
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        long revoked = row.getLong("revoked_at");
        Optional<Instant> revokedAt = row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(revoked));
        return new ApiKey(
                row.getString("id"),
                row.getString("tenant"),
                row.getString("secret_hash"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                revokedAt);
    }

    private <T> T call(String action, Call<T> call) {
        try (Connection connection = dataSource.getConnection()) {
            return call.run(connection);
        } catch (SQLException e) {
            throw new JobsException(action, e);
        }
    }

    private interface Call<T> {
        T run(Connection connection) throws SQLException;
    }
}
