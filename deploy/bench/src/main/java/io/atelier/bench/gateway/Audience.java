package io.atelier.bench.gateway;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Listeners that are dealt out evenly among jobs, and what each of them has heard. */
final class Audience {
    private final int listeners;
    private final int jobs;
    /** By job and event. */
    private final Map<String, Long> sent = new ConcurrentHashMap<>();

    private final Map<String, Heard> heard = new ConcurrentHashMap<>();
    private final AtomicInteger repeated = new AtomicInteger();

    private static final class Heard {
        private final BitSet by = new BitSet();
        private final AtomicLong last = new AtomicLong();
    }

    Audience(int listeners, int jobs) {
        this.listeners = listeners;
        this.jobs = jobs;
    }

    int jobOf(int listener) {
        return listener % jobs;
    }

    /** Notes that an event is about to be written. */
    void sends(int job, String event) {
        sent.put(key(job, event), System.nanoTime());
    }

    /** Called by one thread. */
    void hears(int listener, String event, long time) {
        Heard those = heard.computeIfAbsent(key(jobOf(listener), event), any -> new Heard());
        synchronized (those) {
            if (those.by.get(listener)) {
                repeated.incrementAndGet();
            }
            those.by.set(listener);
            those.last.set(time);
        }
    }

    /** How many of the job's listeners have heard an event. */
    int heardBy(int job, String event) {
        Heard those = heard.get(key(job, event));
        if (those == null) {
            return 0;
        }
        synchronized (those) {
            return those.by.cardinality();
        }
    }

    private int listenersOf(int job) {
        return (listeners - job + jobs - 1) / jobs;
    }

    boolean allHeard(String event) {
        for (int job = 0; job < jobs; job++) {
            if (heardBy(job, event) < listenersOf(job)) {
                return false;
            }
        }
        return true;
    }

    /** Events that a listener has not heard, over all events that were written. */
    long missing() {
        return sent.keySet().stream()
                .mapToLong(key -> {
                    int slash = key.indexOf('/');
                    int job = Integer.parseInt(key.substring(0, slash));
                    return listenersOf(job) - heardBy(job, key.substring(slash + 1));
                })
                .sum();
    }

    int repeated() {
        return repeated.get();
    }

    /** For each event, from before it is sent until its last listener has it, in nanoseconds. */
    List<Long> untilTheLast() {
        List<Long> took = new ArrayList<>();
        sent.forEach((key, from) -> {
            Heard those = heard.get(key);
            if (those != null) {
                took.add(those.last.get() - from);
            }
        });
        return took;
    }

    private static String key(int job, String event) {
        return job + "/" + event;
    }
}
