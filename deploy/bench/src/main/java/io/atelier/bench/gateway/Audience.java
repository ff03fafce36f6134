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

    private int heardBy(String key) {
        Heard those = heard.get(key);
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

    /** Whether all listeners of all jobs have heard an event. */
    boolean allHeard(String event) {
        for (int job = 0; job < jobs; job++) {
            if (heardBy(key(job, event)) < listenersOf(job)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Events that nobody has heard: events and progress are topics of their own, and what is read after something newer of its
     * job is no news.
     */
    long overtaken() {
        return sent.keySet().stream().filter(key -> heardBy(key) == 0).count();
    }

    /** Events that some listeners of a job have heard and others have not, by listener. */
    long missing() {
        return sent.keySet().stream()
                .filter(key -> heardBy(key) > 0)
                .mapToLong(key -> listenersOf(jobOf(key)) - heardBy(key))
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

    private static int jobOf(String key) {
        return Integer.parseInt(key.substring(0, key.indexOf('/')));
    }
}
