package io.atelier.gateway.jobs;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.sql.SQLException;

/** The job store failed. */
public final class JobsException extends GenerationException {
    private static final long serialVersionUID = 1L;

    private final boolean causedByData;

    public JobsException(String action, SQLException cause) {
        super(ErrorCode.INTERNAL, "The job store cannot " + action + ": " + firstLine(cause), cause);
        String state = cause.getSQLState();
        causedByData = state != null && (state.startsWith("22") || state.startsWith("23"));
    }

    /** Whether what was to be stored is at fault (SQL states 22 and 23), so that trying again is useless. */
    public boolean causedByData() {
        return causedByData;
    }

    /** Without the statement that H2 appends. */
    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).split("; SQL statement|\\R", 2)[0];
    }
}
