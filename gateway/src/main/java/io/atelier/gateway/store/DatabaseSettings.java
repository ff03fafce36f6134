package io.atelier.gateway.store;

import java.time.Duration;

/**
 * How to reach the database of the job store.
 *
 * @param url            of JDBC; H2 or PostgreSQL
 * @param maxConnections to it at once
 * @param patience       how long a caller waits for a connection
 */
public record DatabaseSettings(String url, String user, String password, int maxConnections, Duration patience) {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int CONNECTIONS = 16;
    /**
     * In percent: H2 rewrites a file of which less than this share is in use. By its default of 90 it does so in the background
     * for minutes after many jobs came in, and readers wait meanwhile.
     */
    private static final int LEAST_FILL_RATE = 40;

    /** A file on this machine, which one process at a time can open. */
    public static DatabaseSettings h2File(String path) {
        return h2("jdbc:h2:file:" + path + ";DB_CLOSE_ON_EXIT=FALSE;AUTO_COMPACT_FILL_RATE=" + LEAST_FILL_RATE);
    }

    /** A database that is gone with the process. */
    public static DatabaseSettings h2InMemory(String name) {
        return h2("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
    }

    /** In the dialect that the one code path of SQL is written in. */
    private static DatabaseSettings h2(String url) {
        return new DatabaseSettings(
                // H2 keeps 8 statements of a connection by default, which are fewer than there are.
                url + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;QUERY_CACHE_SIZE=64",
                "atelier",
                "atelier",
                CONNECTIONS,
                PATIENCE);
    }

    public static DatabaseSettings postgresql(String url, String user, String password, int maxConnections) {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(
                    "The URL of a PostgreSQL store begins with jdbc:postgresql: " + shown(url));
        }
        return new DatabaseSettings(url, user, password, maxConnections, PATIENCE);
    }

    /** A JDBC URL as logs may have it: its parameters and what stands before its host can hold a password. */
    public static String shown(String url) {
        return url.replaceFirst("//[^/?@]*@", "//").replaceFirst("\\?.*", "?***");
    }

    @Override
    public String toString() {
        return shown(url);
    }
}
