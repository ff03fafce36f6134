package io.atelier.gateway.jobs;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Limits how many generations of a tenant are queued or drawn. What this gateway is just about to store is counted with what
 * is stored, so that many submissions at once do not pass the limit together; several gateways may, by as many as they are
 * at work on. Thread safe.
 */
public final class UnfinishedJobs {
    /** Lets everybody in. */
    static final UnfinishedJobs UNLIMITED = new UnfinishedJobs(null, tenant -> OptionalInt.empty());

    private static final Duration RETRY = Duration.ofSeconds(5);

    private final JobQueries queries;
    private final Function<String, OptionalInt> limits;
    private final Map<String, AtomicInteger> underWay = new ConcurrentHashMap<>();

    /** @param limits by tenant */
    public UnfinishedJobs(JobQueries queries, Function<String, OptionalInt> limits) {
        this.queries = queries;
        this.limits = limits;
    }

    /**
     * Takes a place for a submission, to be given back once it is stored or has failed. Blocks.
     *
     * @throws TooManyException if there is none
     */
    Place take(String tenant) {
        OptionalInt limit = limits.apply(tenant);
        if (limit.isEmpty()) {
            return () -> {};
        }
        int most = limit.getAsInt();
        AtomicInteger counter = underWay.computeIfAbsent(tenant, any -> new AtomicInteger());
        int ours = counter.incrementAndGet();
        boolean taken = false;
        try {
            taken = queries.unfinished(tenant, most) + ours <= most;
        } finally {
            if (!taken) {
                counter.decrementAndGet();
            }
        }
        if (!taken) {
            throw new TooManyException("Tenant " + tenant + " may have " + most + " generations unfinished", RETRY);
        }
        return counter::decrementAndGet;
    }

    /** Of one submission. */
    interface Place {
        void giveBack();
    }
}
