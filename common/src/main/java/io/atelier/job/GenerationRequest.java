package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request as it travels: the body of an HTTP submission and the value of a request record. Its shape was checked against
 * the JSON Schema before it was bound, so a null component means only that the field was not given.
 *
 * @param id        null in an HTTP body or a record whose key is the id
 * @param model     null for the worker's own model
 * @param webhookFormat null for our own
 * @param deadline  the time after which nobody wants the picture any more
 * @param expiresIn the same, counted from the time of submission
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GenerationRequest(
        GenerationId id,
        String model,
        GenerationInput input,
        OutputSettings output,
        String webhook,
        List<String> webhookEventsFilter,
        WebhookFormat webhookFormat,
        Priority priority,
        Instant deadline,
        Duration expiresIn,
        Map<String, String> metadata) {

    public GenerationRequest {
        webhookEventsFilter = webhookEventsFilter == null ? null : List.copyOf(webhookEventsFilter);
        metadata = metadata == null ? null : Map.copyOf(metadata);
    }

    public GenerationRequest withId(GenerationId id) {
        return with(id, priority);
    }

    public GenerationRequest withPriority(Priority priority) {
        return with(id, priority);
    }

    private GenerationRequest with(GenerationId id, Priority priority) {
        return new GenerationRequest(
                id,
                model,
                input,
                output,
                webhook,
                webhookEventsFilter,
                webhookFormat,
                priority,
                deadline,
                expiresIn,
                metadata);
    }

    public Priority effectivePriority() {
        return priority == null ? Priority.NORMAL : priority;
    }

    public OutputSettings effectiveOutput() {
        return output == null ? OutputSettings.DEFAULT : output;
    }

    /** The earlier of {@code deadline} and {@code created + expires_in}. */
    public Optional<Instant> effectiveDeadline(Instant created) {
        Instant expiry = expiry(created);
        if (deadline == null || expiry == null) {
            return Optional.ofNullable(deadline == null ? expiry : deadline);
        }
        return Optional.of(deadline.isBefore(expiry) ? deadline : expiry);
    }

    /** An expiry beyond the calendar is none. */
    private Instant expiry(Instant created) {
        try {
            return expiresIn == null ? null : created.plus(expiresIn);
        } catch (DateTimeException | ArithmeticException e) {
            return null;
        }
    }
}
