package io.atelier.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.job.Cancellation;
import io.atelier.job.GenerationId;
import io.atelier.message.RequestParser;
import io.atelier.message.SchemaValidator;
import io.atelier.message.Schemas;
import jakarta.inject.Singleton;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Collectors;

/** Reads the bodies of cancellations. */
@Singleton
class Cancellations {
    private final SchemaValidator schema = new SchemaValidator(Schemas.CANCEL);
    private final int maxBytes;

    Cancellations(RequestParser parser) {
        this.maxBytes = parser.limits().maxRequestBytes();
    }

    /**
     * @param id   that the path names
     * @param body no body is no reason
     * @throws GenerationException INVALID_REQUEST, MALFORMED_MESSAGE or REQUEST_TOO_LARGE
     */
    Cancellation read(GenerationId id, InputStream body) {
        byte[] bytes = Bodies.read(body, maxBytes);
        return new Cancellation(id, bytes.length == 0 ? null : reason(id, RequestParser.readObject(bytes)));
    }

    private String reason(GenerationId id, JsonNode cancellation) {
        List<FieldError> errors = schema.validate(cancellation);
        JsonNode named = cancellation.path("id");
        if (errors.isEmpty() && named.isTextual() && !named.textValue().equals(id.value())) {
            errors = List.of(new FieldError("id", "must be that of the path", named.toString()));
        }
        if (!errors.isEmpty()) {
            String message = errors.stream()
                    .map(error -> error.field() + " " + error.message())
                    .collect(Collectors.joining("; "));
            throw new GenerationException(ErrorCode.INVALID_REQUEST, message, errors);
        }
        return cancellation.path("reason").textValue();
    }
}
