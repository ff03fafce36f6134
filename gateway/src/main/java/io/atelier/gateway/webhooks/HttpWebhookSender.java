package io.atelier.gateway.webhooks;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.gateway.webhooks.Outcome.Kind;
import io.atelier.job.Generation;
import io.atelier.job.WebhookFormat;
import io.atelier.message.Json;
import io.atelier.message.TraceParent;
import io.atelier.net.RefusedTargetException;
import io.atelier.net.TargetGuard;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Sends over HTTP, through the guard. What the receiver answers is not read beyond its head, and not shown to anybody. */
final class HttpWebhookSender implements WebhookSender {
    private static final MediaType JSON = MediaType.get("application/json");
    private static final int GONE = 410;
    private static final Set<Integer> OVERLOADED = Set.of(408, 429);

    private final TargetGuard guard;
    private final OkHttpClient client;
    private final WebhookSigner signer;
    private final WebhookView view;
    private final URI base;

    /** @param base what URLs begin with unless configured */
    HttpWebhookSender(TargetGuard guard, OkHttpClient client, WebhookSigner signer, WebhookView view, URI base) {
        this.guard = guard;
        this.client = client;
        this.signer = signer;
        this.view = view;
        this.base = base;
    }

    /** A client for webhooks; a whole attempt takes no longer than {@code timeout}. */
    static OkHttpClient.Builder client(TargetGuard guard, Duration timeout) {
        return guard.client()
                .callTimeout(timeout)
                .connectTimeout(timeout)
                .readTimeout(timeout)
                .writeTimeout(timeout)
                // An attempt is one request: the schedule repeats, not the client.
                .retryOnConnectionFailure(false);
    }

    @Override
    public Outcome send(WebhookMessage message, Instant now) {
        try {
            return post(guard.require(message.url()), message, now);
        } catch (RefusedTargetException e) {
            return Outcome.unanswered(Kind.REFUSED, e.getMessage());
        } catch (RuntimeException e) {
            return Outcome.unanswered(
                    Kind.FAILED,
                    "The request could not be made: " + e.getClass().getSimpleName());
        }
    }

    private Outcome post(HttpUrl url, WebhookMessage message, Instant now) {
        byte[] body = body(message);
        long timestamp = now.getEpochSecond();
        Optional<String> signature = signer.sign(message.generation().tenant(), message.id(), timestamp, body);
        if (signature.isEmpty()) {
            return Outcome.unanswered(
                    Kind.FAILED,
                    "No secret is configured for tenant " + message.generation().tenant());
        }
        Request.Builder request = new Request.Builder()
                .url(url)
                .header("User-Agent", "atelier")
                .header("webhook-id", message.id())
                .header("webhook-timestamp", Long.toString(timestamp))
                .header("webhook-signature", signature.get())
                .post(RequestBody.create(body, JSON));
        message.trace().ifPresent(trace -> trace(request, trace));
        String host = "Host \"" + url.host() + "\"";
        try (Response response = client.newCall(request.build()).execute()) {
            return outcome(host, response, now);
        } catch (RefusedTargetException e) {
            return Outcome.unanswered(Kind.UNREACHABLE, e.getMessage());
        } catch (UnknownHostException e) {
            return Outcome.unanswered(Kind.UNREACHABLE, host + " was not found");
        } catch (InterruptedIOException e) {
            return Outcome.unanswered(Kind.UNREACHABLE, host + " did not answer in time");
        } catch (IOException e) {
            return Outcome.unanswered(
                    Kind.UNREACHABLE, host + " gave no answer (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static void trace(Request.Builder request, TraceParent trace) {
        request.header(TraceParent.HEADER, trace.value());
        if (!trace.state().isEmpty()) {
            request.header(TraceParent.STATE_HEADER, trace.state());
        }
    }

    private byte[] body(WebhookMessage message) {
        Generation generation = view.present(message.generation(), base);
        Object body = generation.webhookFormat() == WebhookFormat.REPLICATE
                ? view.prediction(generation)
                : event(message, generation);
        try {
            return Json.mapper().writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write " + message.id(), e);
        }
    }

    private static Map<String, Object> event(WebhookMessage message, Generation generation) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("type", message.type());
        event.put("timestamp", message.eventAt());
        event.put("data", generation);
        return event;
    }

    private static Outcome outcome(String host, Response response, Instant now) {
        int status = response.code();
        if (status >= 200 && status < 300) {
            return Outcome.delivered(status);
        }
        String error = host + " answered with status " + status;
        if (status == GONE) {
            return Outcome.answered(Kind.GONE, status, error, Optional.empty());
        }
        if (status >= 300 && status < 400) {
            return Outcome.answered(Kind.FAILED, status, error + "; redirects are not followed", Optional.empty());
        }
        Kind kind = status >= 500 || OVERLOADED.contains(status) ? Kind.UNREACHABLE : Kind.FAILED;
        return Outcome.answered(kind, status, error, retryAfter(response.header("Retry-After"), now));
    }

    /** Seconds or a date; what is neither counts as nothing. */
    static Optional<Duration> retryAfter(String header, Instant now) {
        if (header == null) {
            return Optional.empty();
        }
        if (header.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(header)));
        }
        try {
            Instant at = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Optional.of(Duration.between(now, at)).filter(wait -> !wait.isNegative());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
