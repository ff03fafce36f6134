package io.atelier.error;

import java.util.List;

/** The one exception for everything that can go wrong with a generation; the code says what, and whether to try again. */
public class GenerationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient List<FieldError> details;

    public GenerationException(ErrorCode code, String message) {
        this(code, message, List.of(), null);
    }

    public GenerationException(ErrorCode code, String message, Throwable cause) {
        this(code, message, List.of(), cause);
    }

    public GenerationException(ErrorCode code, String message, List<FieldError> details) {
        this(code, message, details, null);
    }

    private GenerationException(ErrorCode code, String message, List<FieldError> details, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.details = List.copyOf(details);
    }

    public ErrorCode code() {
        return code;
    }

    /** One entry per wrong field; empty unless the request itself is at fault. */
    public List<FieldError> details() {
        return details;
    }
}
