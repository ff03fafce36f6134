package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The one object of the contract: HTTP body, data of every event and webhook, content of the manifest.
 *
 * @param input       as requested while queued; with every default filled in once a worker has started it
 * @param attempt     how often a worker has started it; 0 while queued
 * @param modelDigest {@code sha256:…} over the model's files, so that a picture can be traced to its weights
 * @param warnings    what the submitter should know although the generation succeeded, such as a prompt that was cut
 * @param urls        set by the gateway; null in events
 */
public record Generation(
        GenerationId id,
        String tenant,
        String model,
        GenerationStatus status,
        Priority priority,
        GenerationInput input,
        Progress progress,
        List<OutputImage> output,
        GenerationError error,
        List<String> warnings,
        Map<String, String> metadata,
        int attempt,
        String worker,
        String modelDigest,
        Timings timings,
        String webhook,
        List<String> webhookEventsFilter,
        @JsonInclude(JsonInclude.Include.NON_NULL) WebhookFormat webhookFormat,
        Instant createdAt,
        Instant startedAt,
        Instant completedAt,
        Instant deadline,
        GenerationUrls urls) {
    public static final String DEFAULT_TENANT = Tenant.DEFAULT;

    public Generation {
        // In JSON the tenant stands beside the id.
        id = id == null || tenant == null ? id : id.of(tenant);
        output = output == null ? List.of() : List.copyOf(output);
        warnings = warnings == null ? List.of() : List.copyOf(warnings);
        metadata = metadata == null ? Map.of() : Map.copyOf(metadata);
        webhookEventsFilter = webhookEventsFilter == null ? List.of() : List.copyOf(webhookEventsFilter);
    }

    /** The object of a request that nobody has started yet. */
    public static Generation queued(GenerationRequest request, Instant createdAt) {
        return new Builder()
                .id(request.id())
                .model(request.model())
                .priority(request.effectivePriority())
                .input(request.input())
                .metadata(request.metadata())
                .webhook(request.webhook(), request.webhookEventsFilter())
                .webhookFormat(request.webhookFormat())
                .createdAt(createdAt)
                .deadline(request.effectiveDeadline(createdAt).orElse(null))
                .build();
    }

    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Makes a generation from nothing or from an earlier state of itself. */
    public static final class Builder {
        private GenerationId id;
        private String tenant = DEFAULT_TENANT;
        private String model;
        private GenerationStatus status = GenerationStatus.QUEUED;
        private Priority priority = Priority.NORMAL;
        private GenerationInput input;
        private Progress progress;
        private List<OutputImage> output;
        private GenerationError error;
        private List<String> warnings;
        private Map<String, String> metadata;
        private int attempt;
        private String worker;
        private String modelDigest;
        private Timings timings;
        private String webhook;
        private List<String> webhookEventsFilter;
        private WebhookFormat webhookFormat;
        private Instant createdAt;
        private Instant startedAt;
        private Instant completedAt;
        private Instant deadline;
        private GenerationUrls urls;

        public Builder() {}

        private Builder(Generation from) {
            id = from.id;
            tenant = from.tenant;
            model = from.model;
            status = from.status;
            priority = from.priority;
            input = from.input;
            progress = from.progress;
            output = from.output;
            error = from.error;
            warnings = from.warnings;
            metadata = from.metadata;
            attempt = from.attempt;
            worker = from.worker;
            modelDigest = from.modelDigest;
            timings = from.timings;
            webhook = from.webhook;
            webhookEventsFilter = from.webhookEventsFilter;
            webhookFormat = from.webhookFormat;
            createdAt = from.createdAt;
            startedAt = from.startedAt;
            completedAt = from.completedAt;
            deadline = from.deadline;
            urls = from.urls;
        }

        public Builder id(GenerationId id) {
            this.id = id;
            this.tenant = id == null ? tenant : id.tenant();
            return this;
        }

        public Builder model(String model) {
            this.model = model;
            return this;
        }

        public Builder status(GenerationStatus status) {
            this.status = status;
            return this;
        }

        public Builder priority(Priority priority) {
            this.priority = priority;
            return this;
        }

        public Builder input(GenerationInput input) {
            this.input = input;
            return this;
        }

        public Builder progress(Progress progress) {
            this.progress = progress;
            return this;
        }

        public Builder output(List<OutputImage> output) {
            this.output = output;
            return this;
        }

        public Builder error(GenerationError error) {
            this.error = error;
            return this;
        }

        public Builder warnings(List<String> warnings) {
            this.warnings = warnings;
            return this;
        }

        public Builder metadata(Map<String, String> metadata) {
            this.metadata = metadata;
            return this;
        }

        public Builder attempt(int attempt) {
            this.attempt = attempt;
            return this;
        }

        public Builder worker(String worker) {
            this.worker = worker;
            return this;
        }

        public Builder modelDigest(String modelDigest) {
            this.modelDigest = modelDigest;
            return this;
        }

        public Builder timings(Timings timings) {
            this.timings = timings;
            return this;
        }

        public Builder webhook(String webhook, List<String> eventsFilter) {
            this.webhook = webhook;
            this.webhookEventsFilter = eventsFilter;
            return this;
        }

        public Builder webhookFormat(WebhookFormat webhookFormat) {
            this.webhookFormat = webhookFormat;
            return this;
        }

        public Builder createdAt(Instant createdAt) {
            this.createdAt = createdAt;
            return this;
        }

        public Builder startedAt(Instant startedAt) {
            this.startedAt = startedAt;
            return this;
        }

        public Builder completedAt(Instant completedAt) {
            this.completedAt = completedAt;
            return this;
        }

        public Builder deadline(Instant deadline) {
            this.deadline = deadline;
            return this;
        }

        public Builder urls(GenerationUrls urls) {
            this.urls = urls;
            return this;
        }

        public Generation build() {
            return new Generation(
                    id,
                    tenant,
                    model,
                    status,
                    priority,
                    input,
                    progress,
                    output,
                    error,
                    warnings,
                    metadata,
                    attempt,
                    worker,
                    modelDigest,
                    timings,
                    webhook,
                    webhookEventsFilter,
                    webhookFormat,
                    createdAt,
                    startedAt,
                    completedAt,
                    deadline,
                    urls);
        }
    }
}
