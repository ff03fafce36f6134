package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The wish that a generation is not drawn, or not any further.
 *
 * @param reason for those who wonder later; null if none was given
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Cancellation(GenerationId id, String reason) {}
