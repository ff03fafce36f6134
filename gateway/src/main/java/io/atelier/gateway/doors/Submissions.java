package io.atelier.gateway.doors;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.access.Caller;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.jobs.Generations.Submission;
import io.atelier.gateway.webhooks.WebhookTargets;
import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.message.RequestParser;
import io.atelier.message.TraceParent;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** What all doors do with a request, once it is in our words: check it, name it, hand it to the workers. */
@Singleton
class Submissions {
    private final Generations generations;
    private final Caller caller;
    private final RequestParser parser;
    private final WebhookTargets webhookTargets;
    private final MeterRegistry metrics;
    private final Clock clock;
    private final List<String> models;

    Submissions(
            Generations generations,
            Caller caller,
            RequestParser parser,
            WebhookTargets webhookTargets,
            GatewayConfig config,
            MeterRegistry metrics,
            Clock clock) {
        this.generations = generations;
        this.caller = caller;
        this.parser = parser;
        this.webhookTargets = webhookTargets;
        this.metrics = metrics;
        this.clock = clock;
        this.models = config.models().orElse(List.of());
    }

    int maxBytes() {
        return parser.limits().maxRequestBytes();
    }

    /**
     * @param request without an id
     * @param headers of the call
     * @throws GenerationException INVALID_REQUEST
     */
    CompletableFuture<Generation> submit(ObjectNode request, HttpHeaders headers) {
        GenerationId id = GenerationId.random(clock.millis()).of(caller.tenant());
        try {
            GenerationRequest parsed = parser.parse(request);
            webhookTargets.require(parsed.webhook());
            return generations
                    .submit(parsed.withId(id), trace(headers))
                    .whenComplete((submission, failure) -> count(submission))
                    .thenApply(Submission::generation);
        } catch (GenerationException e) {
            count("invalid");
            throw e;
        }
    }

    CompletableFuture<Generation> cancel(GenerationId id, String reason, HttpHeaders headers) {
        return generations.cancel(new Cancellation(id, reason), trace(headers));
    }

    /** The caller's, so that what follows from the call is seen with it. */
    private static TraceParent trace(HttpHeaders headers) {
        return TraceParent.of(headers.getHeaderString(TraceParent.HEADER)).orElseGet(TraceParent::newRoot);
    }

    /**
     * Names other services' models as ours where we serve one of that name.
     *
     * @param theirs such as {@code stability-ai/sdxl:39ed52f2…}
     */
    void nameModel(ObjectNode request, String theirs) {
        String name = theirs.substring(theirs.lastIndexOf('/') + 1);
        int version = name.indexOf(':');
        name = version < 0 ? name : name.substring(0, version);
        if (models.contains(name)) {
            request.put("model", name);
        }
    }

    private void count(Submission submission) {
        count(submission == null ? "refused" : submission.outcome().name().toLowerCase(Locale.ROOT));
    }

    private void count(String outcome) {
        metrics.counter("atelier.submissions", "outcome", outcome).increment();
    }
}
