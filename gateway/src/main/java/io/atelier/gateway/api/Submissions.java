package io.atelier.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.gateway.access.Caller;
import io.atelier.gateway.access.TenantLimits;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.jobs.Generations.Outcome;
import io.atelier.gateway.jobs.Generations.Submission;
import io.atelier.gateway.trace.CallTraces;
import io.atelier.gateway.webhooks.WebhookTargets;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.message.RequestParser;
import io.atelier.message.SchemaValidator;
import io.atelier.message.TraceParent;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The one way in by HTTP, whatever API a call is written for: reads the request, judges and names it, hands it to the workers
 * and counts what became of it.
 */
@Singleton
public class Submissions {
    /** With the same value always the same generation. */
    public static final String KEY_HEADER = "Idempotency-Key";

    private static final int LONGEST_KEY = 255;
    private static final String SUBMIT = "submit";

    private final Generations generations;
    private final Caller caller;
    private final RequestParser parser;
    private final TenantLimits limits;
    private final WebhookTargets webhookTargets;
    private final Optional<List<String>> models;
    private final GatewayConfig.Http config;
    private final CallTraces traces;
    private final MeterRegistry metrics;
    private final Clock clock;

    Submissions(
            Generations generations,
            Caller caller,
            RequestParser parser,
            TenantLimits limits,
            WebhookTargets webhookTargets,
            GatewayConfig config,
            CallTraces traces,
            MeterRegistry metrics,
            Clock clock) {
        this.generations = generations;
        this.caller = caller;
        this.parser = parser;
        this.limits = limits;
        this.webhookTargets = webhookTargets;
        this.models = config.models();
        this.config = config.http();
        this.traces = traces;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Reads a call's body, no further than it may go.
     *
     * @param translation from the API that the call is written for
     * @throws GenerationException MALFORMED_MESSAGE, REQUEST_TOO_LARGE, or what {@code translation} throws
     */
    public <T> T read(InputStream body, Function<JsonNode, T> translation) {
        traces.of(SUBMIT);
        return counting(
                "invalid",
                () -> translation.apply(RequestParser.readObject(
                        Bodies.read(body, parser.limits().maxRequestBytes()))));
    }

    /**
     * Hands a request to the workers; to be called on the thread that has the call. Blocks.
     *
     * @param request in our own words
     * @param headers of the call
     * @param wait    how long its end is waited for; empty for not at all
     * @return the generation once Kafka has it, or the one that is known already
     * @throws GenerationException INVALID_REQUEST, UNKNOWN_MODEL, UNSUPPORTED, CONFLICT for an id that another request has, or
     *     TOO_MANY_REQUESTS; also as the failure of what is returned
     */
    public CompletionStage<Generation> submit(JsonNode request, HttpHeaders headers, Optional<Duration> wait) {
        String key = headers.getHeaderString(KEY_HEADER);
        GenerationRequest named = counting("invalid", () -> named(judged(request), key));
        boolean isNew = key == null && !request.hasNonNull("id");
        CompletionStage<Generation> submitted = counting("refused", () -> send(named, isNew))
                .whenComplete(this::count)
                .thenApply(submission -> requireSame(submission, key));
        return wait.isPresent()
                ? submitted.thenCompose(generation -> generations.awaitEnd(generation, wait.get()))
                : submitted;
    }

    private CompletableFuture<Submission> send(GenerationRequest request, boolean isNew) {
        TraceParent trace = traces.of(SUBMIT);
        return isNew ? generations.submitNew(request, trace) : generations.submit(request, trace);
    }

    /** How long the caller wants to wait for the end: the header {@code Prefer}, within what is allowed. */
    public Optional<Duration> preferredWait(HttpHeaders headers) {
        return Preferences.wait(headers.getRequestHeader("Prefer"), config.defaultWait(), config.maxWait());
    }

    private GenerationRequest judged(JsonNode request) {
        GenerationRequest parsed = parser.parse(request, limits.requests(caller.tenant(), parser.limits()));
        requireServed(parsed.model());
        webhookTargets.require(parsed.webhook(), caller.tenant());
        return parsed;
    }

    private void requireServed(String model) {
        if (model != null && models.isPresent() && !models.get().contains(model)) {
            String message = "must be one of " + models.get();
            throw new GenerationException(
                    ErrorCode.UNKNOWN_MODEL,
                    "model " + message + " (was \"" + model + "\")",
                    List.of(new FieldError("model", message, '"' + model + '"')));
        }
    }

    private GenerationRequest named(GenerationRequest request, String key) {
        if (request.id() == null) {
            return request.withId(newId(key));
        }
        if (key != null) {
            // A key with one id and later with another would be two generations.
            throw wrongKey(
                    "cannot go with an id in the body, which makes repeats safe by itself",
                    SchemaValidator.shortened(new TextNode(key)));
        }
        return request.withId(request.id().of(caller.tenant()));
    }

    private GenerationId newId(String key) {
        if (key == null) {
            return GenerationId.random(clock.millis()).of(caller.tenant());
        }
        if (key.isBlank() || key.length() > LONGEST_KEY) {
            throw wrongKey("must have 1 to " + LONGEST_KEY + " characters", key.length() + " characters");
        }
        return GenerationId.ofIdempotencyKey(caller.tenant(), key);
    }

    /** A key that means another request is a mistake in the call; an id that does is taken. */
    private static Generation requireSame(Submission submission, String key) {
        Generation generation = submission.generation();
        if (submission.outcome() != Outcome.OTHER_REQUEST) {
            return generation;
        }
        if (key != null) {
            throw wrongKey("was used with another request before", null);
        }
        throw new GenerationException(
                ErrorCode.CONFLICT, "Generation " + generation.id() + " is there already, of another request");
    }

    private static GenerationException wrongKey(String message, String value) {
        return new GenerationException(
                ErrorCode.INVALID_REQUEST,
                KEY_HEADER + " " + message,
                List.of(new FieldError(KEY_HEADER, message, value)));
    }

    private <T> T counting(String failures, Supplier<T> step) {
        try {
            return step.get();
        } catch (GenerationException e) {
            count(failures);
            throw e;
        }
    }

    private void count(Submission submission, Throwable failure) {
        count(failure != null ? "refused" : submission.outcome().name().toLowerCase(Locale.ROOT));
    }

    private void count(String outcome) {
        metrics.counter("atelier.submissions", "outcome", outcome).increment();
    }
}
