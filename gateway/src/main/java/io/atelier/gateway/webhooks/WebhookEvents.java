package io.atelier.gateway.webhooks;

import io.atelier.gateway.jobs.Change;
import io.atelier.gateway.jobs.Consequences.Step;
import io.atelier.gateway.jobs.StoredJob;
import io.atelier.job.Generation;
import io.atelier.job.GenerationStatus;
import io.atelier.job.Progress;
import io.atelier.message.TraceParent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** What the receiver of a generation is to be told when it changes. */
final class WebhookEvents {
    private static final String QUEUED = "queued";
    private static final String STARTED = "started";
    private static final String PROGRESS = "progress";
    private static final String COMPLETED = "completed";
    /** As Replicate has it: whoever asks for nothing wants the end. */
    private static final List<String> USUAL = List.of(COMPLETED);

    private static final int ID_BYTES = 16;

    private WebhookEvents() {}

    /** The messages that follow from a step, in their order. */
    static List<WebhookMessage> of(Step step) {
        Generation after = step.after().generation();
        List<WebhookMessage> messages = new ArrayList<>();
        if (after.webhook() == null) {
            return messages;
        }
        Optional<Generation> before = step.before().map(StoredJob::generation);
        if (wants(after, QUEUED) && becomesKnown(step)) {
            messages.add(message(QUEUED, QUEUED, asQueued(after), after.createdAt(), step.trace()));
        }
        if (wants(after, STARTED) && starts(before, after)) {
            messages.add(message(STARTED, STARTED, after, orElse(after.startedAt(), after.createdAt()), step.trace()));
        }
        if (wants(after, COMPLETED) && ends(before, after)) {
            messages.add(message(
                    COMPLETED,
                    after.status().wireName(),
                    after,
                    orElse(after.completedAt(), after.createdAt()),
                    step.trace()));
        }
        return messages;
    }

    /** Empty if nobody wants to hear of it. */
    static Optional<WebhookMessage> ofProgress(Change change, Instant now) {
        Generation generation = change.generation();
        Progress progress = generation.progress();
        if (generation.webhook() == null
                || generation.status() != GenerationStatus.PROCESSING
                || progress == null
                || !wants(generation, PROGRESS)) {
            return Optional.empty();
        }
        return Optional.of(message(
                PROGRESS + '/' + progress.stage() + '/' + progress.step(), PROGRESS, generation, now, change.trace()));
    }

    private static boolean wants(Generation generation, String event) {
        List<String> filter = generation.webhookEventsFilter();
        return (filter.isEmpty() ? USUAL : filter).contains(event);
    }

    /** Its topic may be read later than the one that tells of its start: then it is told of both at once, in order. */
    private static boolean becomesKnown(Step step) {
        boolean announced = step.before().map(StoredJob::announced).orElse(false);
        StoredJob after = step.after();
        return !announced && (after.announced() || after.generation().status() != GenerationStatus.QUEUED);
    }

    private static boolean starts(Optional<Generation> before, Generation after) {
        return after.status() == GenerationStatus.PROCESSING
                && before.map(known -> known.status() == GenerationStatus.QUEUED || known.attempt() < after.attempt())
                        .orElse(true);
    }

    private static boolean ends(Optional<Generation> before, Generation after) {
        return after.status().terminal()
                && !before.map(known -> known.status().terminal()).orElse(false);
    }

    /** The generation before anybody had started it. */
    private static Generation asQueued(Generation generation) {
        return generation.status() == GenerationStatus.QUEUED
                ? generation
                : generation.toBuilder()
                        .status(GenerationStatus.QUEUED)
                        .attempt(0)
                        .progress(null)
                        .output(null)
                        .error(null)
                        .warnings(null)
                        .worker(null)
                        .modelDigest(null)
                        .timings(null)
                        .startedAt(null)
                        .completedAt(null)
                        .build();
    }

    private static WebhookMessage message(
            String event, String name, Generation generation, Instant at, Optional<TraceParent> trace) {
        return new WebhookMessage(id(event, generation), "generation." + name, at, generation, 0, 0, trace);
    }

    /**
     * Derived, so that an event that is read twice, or by two gateways, is one message. One that failed and was put back ends
     * again, in a later attempt. Holds no dot.
     */
    private static String id(String event, Generation generation) {
        String what = generation.tenant() + '\n' + generation.id() + '\n' + generation.attempt() + '\n' + event;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(what.getBytes(StandardCharsets.UTF_8));
            return "msg_" + HexFormat.of().formatHex(digest, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Instant orElse(Instant time, Instant other) {
        return time == null ? other : time;
    }
}
