package io.atelier.gateway.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.job.Generation;
import io.atelier.message.Json;

/** The form in which the store keeps generations: JSON, as the latest event has it. */
final class Documents {
    private Documents() {}

    static Generation read(String document) {
        try {
            return Json.mapper().readValue(document, Generation.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The job store holds what is no generation", e);
        }
    }

    static String write(Generation generation) {
        try {
            return Sql.text(Json.mapper().writeValueAsString(generation));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write generation " + generation.id(), e);
        }
    }
}
