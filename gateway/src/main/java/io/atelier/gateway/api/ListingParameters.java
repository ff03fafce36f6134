package io.atelier.gateway.api;

import com.fasterxml.jackson.databind.node.TextNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.gateway.jobs.Cursor;
import io.atelier.gateway.jobs.Listing;
import io.atelier.job.GenerationStatus;
import io.atelier.message.SchemaValidator;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The query of a listing, with an entry for everything that is wrong with it. */
final class ListingParameters {
    static final int DEFAULT_LIMIT = 20;
    static final int MAX_LIMIT = 100;
    private static final String METADATA = "metadata.";
    private static final int LONGEST_MODEL = 128;
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_CONTENT = 256;

    private final MultivaluedMap<String, String> query;
    private final List<FieldError> errors = new ArrayList<>();

    private ListingParameters(MultivaluedMap<String, String> query) {
        this.query = query;
    }

    /** @throws GenerationException INVALID_REQUEST with an entry per wrong parameter */
    static Listing read(String tenant, MultivaluedMap<String, String> query) {
        return new ListingParameters(query).listing(tenant);
    }

    private Listing listing(String tenant) {
        Listing listing = new Listing(
                tenant,
                one("status", "must be queued, processing, succeeded, failed, canceled or expired", this::status),
                one("model", "must have 1 to " + LONGEST_MODEL + " characters", text -> within(text, LONGEST_MODEL)),
                metadata(),
                one("created_before", "must be a time such as 2026-01-01T12:00:00Z", this::time),
                one("cursor", "must be the next_cursor of a page", Cursor::parse),
                one("limit", "must be a number from 1 to " + MAX_LIMIT, this::limit)
                        .orElse(DEFAULT_LIMIT));
        if (!errors.isEmpty()) {
            String all = errors.stream()
                    .map(error -> error.field() + " " + error.message() + " (was " + error.value() + ")")
                    .collect(Collectors.joining("; "));
            throw new GenerationException(ErrorCode.INVALID_REQUEST, all, errors);
        }
        return listing;
    }

    private <T> Optional<T> one(String name, String rule, Function<String, Optional<T>> reader) {
        List<String> given = query.getOrDefault(name, List.of());
        if (given.isEmpty()) {
            return Optional.empty();
        }
        Optional<T> read = given.size() == 1 ? reader.apply(given.get(0)) : Optional.empty();
        if (read.isEmpty()) {
            String value = given.size() == 1 ? given.get(0) : given.toString();
            errors.add(new FieldError(
                    name,
                    given.size() == 1 ? rule : "must be given once",
                    SchemaValidator.shortened(new TextNode(value))));
        }
        return read;
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new HashMap<>();
        for (String parameter : query.keySet()) {
            if (parameter.startsWith(METADATA)) {
                String name = parameter.substring(METADATA.length());
                String rule = "must name 1 to " + LONGEST_NAME + " characters and have " + LONGEST_CONTENT + " at most";
                one(
                                parameter,
                                rule,
                                content -> name.isEmpty()
                                                || name.length() > LONGEST_NAME
                                                || content.length() > LONGEST_CONTENT
                                        ? Optional.empty()
                                        : Optional.of(content))
                        .ifPresent(content -> metadata.put(name, content));
            }
        }
        return metadata;
    }

    private Optional<GenerationStatus> status(String text) {
        for (GenerationStatus status : GenerationStatus.values()) {
            if (status.wireName().equals(text)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }

    private Optional<String> within(String text, int longest) {
        return text.isEmpty() || text.length() > longest ? Optional.empty() : Optional.of(text);
    }

    private Optional<Instant> time(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant()).filter(Cursor::isKnown);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private Optional<Integer> limit(String text) {
        return text.matches("[0-9]{1,4}")
                ? Optional.of(Integer.parseInt(text)).filter(limit -> limit >= 1 && limit <= MAX_LIMIT)
                : Optional.empty();
    }
}
