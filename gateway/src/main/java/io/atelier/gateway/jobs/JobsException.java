package io.atelier.gateway.jobs;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.sql.SQLException;

/** The job store failed. */
public final class JobsException extends GenerationException {
    private static final long serialVersionUID = 1L;

    private final boolean causedByData;

    public JobsException(String action, SQLException cause) {
        super(
                isAboutData(cause) ? ErrorCode.INTERNAL : ErrorCode.STORE_UNAVAILABLE,
                "The job store cannot " + action + ": " + firstLine(cause),
                cause);
        causedByData = isAboutData(cause);
    }

    private JobsException(ErrorCode code, String message, Throwable cause) {
        super(code, message, cause);
        causedByData = false;
    }

    static JobsException emptied() {
        return new JobsException(ErrorCode.STORE_UNAVAILABLE, "The job store was emptied", null);
    }

    static JobsException unannounced(Throwable cause) {
        return new JobsException(
                ErrorCode.BROKER_UNAVAILABLE, "New generations cannot be announced: " + cause.getMessage(), cause);
    }

    /**
     * Whether what was to be stored is at fault (SQL states 22 and 23, or what does not even come to the database), so that
     * trying again is useless. A store that is away comes back.
     */
    static boolean isAboutData(RuntimeException failure) {
        return !(failure instanceof JobsException) || ((JobsException) failure).causedByData;
    }

    private static boolean isAboutData(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23"));
    }

    /** Without the statement that H2 appends. */
    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).split("; SQL statement|\\R", 2)[0];
    }
}
