package io.atelier.job;

import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import java.util.List;

/** Why a generation failed, as its object tells it. */
public record GenerationError(ErrorCode code, String message, boolean retryable, List<FieldError> details) {
    public GenerationError {
        details = details == null ? List.of() : List.copyOf(details);
    }

    public static GenerationError of(GenerationException e) {
        return new GenerationError(e.code(), e.getMessage(), e.code().retryable(), e.details());
    }
}
