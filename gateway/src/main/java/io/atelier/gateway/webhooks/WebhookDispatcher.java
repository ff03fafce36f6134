package io.atelier.gateway.webhooks;

import io.atelier.gateway.webhooks.Outcome.Kind;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Delivers what is due, receiver by receiver, so that one receiver's fate is no other's.
 *
 * <p>A receiver has at most {@code perReceiver} requests under way. After {@link #FAULTS_TO_OPEN} faults in a row its circuit
 * opens: its messages wait, without their schedules going on, and one of them at a time tries whether it is back. Receivers
 * whose last answer was a fault get at most half of all threads together, so the others always find one.
 *
 * <p>Thread safe. One thread calls {@link #round}; attempts run on the executor.
 */
final class WebhookDispatcher {
    static final int FAULTS_TO_OPEN = 5;
    static final Duration SHORTEST_OPEN = Duration.ofSeconds(30);
    static final Duration LONGEST_OPEN = Duration.ofMinutes(5);
    /** Far longer than an attempt takes. */
    static final Duration CLAIM = Duration.ofMinutes(2);

    private static final System.Logger LOG = System.getLogger(WebhookDispatcher.class.getName());

    private final String owner;
    private final WebhookStore store;
    private final WebhookSender sender;
    private final RetrySchedule schedule;
    private final Executor executor;
    private final Capacity capacity;
    private final Clock clock;
    private final Listener listener;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private int underWay;
    private int suspectUnderWay;
    private boolean stopped;
    private volatile Runnable bell = () -> {};

    /** How much may be under way at a time. */
    record Capacity(int threads, int perReceiver) {}

    /** Told of every attempt. */
    interface Listener {
        void attempted(WebhookMessage message, Outcome outcome, Instant startedAt);
    }

    /** A receiver that we hold. */
    private static final class Lane {
        private final String receiver;
        private final Set<String> underWay = new HashSet<>();
        private int failures;
        private boolean answered;
        private Instant notBefore = Instant.MIN;
        private Instant claimedUntil;
        private boolean lost;

        Lane(ReceiverClaims.Claim claim, Instant claimedUntil) {
            this.receiver = claim.receiver();
            this.failures = claim.failures();
            this.answered = claim.answered();
            this.claimedUntil = claimedUntil;
        }

        /** One that never answered may hang as well as one that failed: both share half of the threads. */
        boolean isSuspect() {
            return failures > 0 || !answered;
        }
    }

    WebhookDispatcher(
            String owner,
            WebhookStore store,
            WebhookSender sender,
            RetrySchedule schedule,
            Executor executor,
            Capacity capacity,
            Clock clock,
            Listener listener) {
        this.owner = owner;
        this.store = store;
        this.sender = sender;
        this.schedule = schedule;
        this.executor = executor;
        this.capacity = capacity;
        this.clock = clock;
        this.listener = listener;
    }

    /** Called when an attempt has ended, so that there may be more to do. */
    void onRoom(Runnable bell) {
        this.bell = bell;
    }

    /** Claims what is due, starts what there is room for, and gives up what is done with. */
    void round() {
        Instant now = clock.instant();
        claim(now);
        for (Lane lane : held()) {
            renew(lane, now);
            List<WebhookMessage> due = start(lane, now);
            if (due.isEmpty()) {
                releaseIfIdle(lane);
            }
        }
    }

    /** Suspects may fill half of the lanes, so that the others are not even looked for behind them. */
    private void claim(Instant now) {
        claim(now, true);
        claim(now, false);
    }

    private void claim(Instant now, boolean trusted) {
        int room;
        synchronized (this) {
            int all = 2 * capacity.threads() - lanes.size();
            int ofSuspects = capacity.threads()
                    - (int) lanes.values().stream().filter(Lane::isSuspect).count();
            room = stopped ? 0 : trusted ? all : Math.min(all, ofSuspects);
        }
        if (room <= 0) {
            return;
        }
        Instant until = now.plus(CLAIM);
        List<ReceiverClaims.Claim> claims = store.receivers().claim(owner, now, until, room, trusted);
        synchronized (this) {
            claims.forEach(claim -> lanes.put(claim.receiver(), new Lane(claim, until)));
        }
    }

    private synchronized List<Lane> held() {
        return new ArrayList<>(lanes.values());
    }

    private void renew(Lane lane, Instant now) {
        if (lane.lost || lane.claimedUntil.isAfter(now.plus(CLAIM.dividedBy(2)))) {
            return;
        }
        Instant until = now.plus(CLAIM);
        lane.lost = !store.receivers().renew(owner, lane.receiver, now, until);
        lane.claimedUntil = until;
    }

    /** @return what is due and not under way yet, started or not */
    private List<WebhookMessage> start(Lane lane, Instant now) {
        int limit;
        Set<String> taken;
        synchronized (this) {
            limit = room(lane, now);
            // From before the query: an attempt that ends during it must not begin again from what was read.
            taken = Set.copyOf(lane.underWay);
            if (limit <= 0 && !lane.underWay.isEmpty()) {
                return List.of();
            }
            if (limit <= 0 && !lane.lost && !lane.notBefore.isAfter(now)) {
                // No thread is free: what is due stays ours.
                return store.due(lane.receiver, now, 1);
            }
            limit = limit <= 0 ? 0 : limit + lane.underWay.size();
        }
        if (limit == 0) {
            return List.of();
        }
        List<WebhookMessage> due = new ArrayList<>(store.due(lane.receiver, now, limit));
        due.removeIf(message -> taken.contains(message.id()));
        for (WebhookMessage message : due) {
            if (!begin(lane, message, now)) {
                break;
            }
        }
        return due;
    }

    /** How many more requests the receiver may get at the moment. */
    private int room(Lane lane, Instant now) {
        if (stopped || lane.lost || lane.notBefore.isAfter(now)) {
            return 0;
        }
        int ofReceiver = lane.failures >= FAULTS_TO_OPEN || !lane.answered ? 1 : capacity.perReceiver();
        int ofThreads = capacity.threads() - underWay;
        int ofSuspects = Math.max(1, capacity.threads() / 2) - suspectUnderWay;
        int free = lane.isSuspect() ? Math.min(ofThreads, ofSuspects) : ofThreads;
        return Math.min(ofReceiver - lane.underWay.size(), free);
    }

    private boolean begin(Lane lane, WebhookMessage message, Instant now) {
        boolean suspect;
        synchronized (this) {
            if (room(lane, now) <= 0) {
                return false;
            }
            suspect = lane.isSuspect();
            lane.underWay.add(message.id());
            underWay++;
            suspectUnderWay += suspect ? 1 : 0;
        }
        executor.execute(() -> attempt(lane, message, suspect));
        return true;
    }

    private void attempt(Lane lane, WebhookMessage message, boolean suspect) {
        Optional<Outcome> outcome = Optional.empty();
        try {
            outcome = deliver(message);
        } catch (RuntimeException e) {
            // The store is away: the message stays due, and whoever claims it next tries it again.
            LOG.log(Level.WARNING, "Webhook " + message.id() + " is tried again: " + e.getMessage());
        } finally {
            ended(lane, message, suspect, outcome);
        }
        bell.run();
    }

    private Optional<Outcome> deliver(WebhookMessage message) {
        if (message.isProgress() && store.isSuperseded(message)) {
            store.supersede(message);
            return Optional.empty();
        }
        Instant startedAt = clock.instant();
        Outcome outcome = sender.send(message, startedAt);
        Instant endedAt = clock.instant();
        store.record(
                message, startedAt, Duration.between(startedAt, endedAt), outcome, next(message, outcome, endedAt));
        listener.attempted(message, outcome, startedAt);
        return Optional.of(outcome);
    }

    private Optional<Instant> next(WebhookMessage message, Outcome outcome, Instant endedAt) {
        boolean worthwhile = outcome.kind() == Kind.FAILED || outcome.kind() == Kind.UNREACHABLE;
        return worthwhile && !message.isProgress()
                ? schedule.next(message.step() + 1, outcome.retryAfter()).map(endedAt::plus)
                : Optional.empty();
    }

    private synchronized void ended(Lane lane, WebhookMessage message, boolean suspect, Optional<Outcome> outcome) {
        lane.underWay.remove(message.id());
        underWay--;
        suspectUnderWay -= suspect ? 1 : 0;
        outcome.ifPresent(o -> judge(lane, o));
        notifyAll();
    }

    private void judge(Lane lane, Outcome outcome) {
        Instant now = clock.instant();
        if (outcome.kind() == Kind.UNREACHABLE) {
            lane.failures++;
            if (lane.failures >= FAULTS_TO_OPEN) {
                pause(lane, now.plus(openFor(lane.failures)));
            }
            outcome.retryAfter().ifPresent(wish -> pause(lane, now.plus(atMost(wish, LONGEST_OPEN))));
        } else if (outcome.status().isPresent()) {
            lane.failures = 0;
            lane.answered = true;
        }
    }

    private static void pause(Lane lane, Instant until) {
        lane.notBefore = lane.notBefore.isAfter(until) ? lane.notBefore : until;
    }

    private static Duration openFor(int failures) {
        int doublings = Math.min(failures - FAULTS_TO_OPEN, 10);
        return atMost(SHORTEST_OPEN.multipliedBy(1L << doublings), LONGEST_OPEN);
    }

    private static Duration atMost(Duration wish, Duration limit) {
        return wish.compareTo(limit) > 0 ? limit : wish;
    }

    private void releaseIfIdle(Lane lane) {
        synchronized (this) {
            if (!lane.underWay.isEmpty()) {
                return;
            }
            lanes.remove(lane.receiver);
        }
        if (!lane.lost) {
            Instant notBefore = lane.notBefore.equals(Instant.MIN) ? Instant.EPOCH : lane.notBefore;
            store.receivers()
                    .release(owner, new ReceiverClaims.Claim(lane.receiver, lane.failures, lane.answered), notBefore);
        }
    }

    /** Starts nothing any more, waits for what is under way, and hands all receivers back. */
    void stop(Duration grace) throws InterruptedException {
        long end = System.nanoTime() + grace.toNanos();
        synchronized (this) {
            stopped = true;
            for (long left = grace.toMillis(); underWay > 0 && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        }
        held().forEach(this::releaseIfIdle);
    }
}
