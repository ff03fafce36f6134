package io.atelier.error;

/**
 * One wrong field of a request.
 *
 * @param field   where it is, as a dotted path from the request's root such as {@code input.width}; empty for the root itself
 * @param message what is wrong, in a sentence for the submitter
 * @param value   the offending value as JSON text, shortened when long; null when the field is missing
 */
public record FieldError(String field, String message, String value) {}
