package io.atelier.gateway.access;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** What each tenant may ask of this gateway. Thread safe. */
public final class TenantLimits {
    private final AccessConfig.Limits usual;
    private final Map<String, AccessConfig.Limits> special;
    private final LongSupplier nanoClock;
    private final Map<String, Optional<TokenBucket>> buckets = new ConcurrentHashMap<>();

    /**
     * @param nanoClock as {@link System#nanoTime}
     * @throws IllegalArgumentException for a limit that nobody could keep
     */
    public TenantLimits(AccessConfig.Limits usual, Map<String, AccessConfig.Limits> special, LongSupplier nanoClock) {
        this.usual = usual;
        this.special = Map.copyOf(special);
        this.nanoClock = nanoClock;
        bucket("");
        special.keySet().forEach(this::bucket);
    }

    /** Counts a call. @return empty if it may be made, else how long to wait for the next */
    public Optional<Duration> call(String tenant) {
        return buckets.computeIfAbsent(tenant, this::bucket).flatMap(bucket -> bucket.take(nanoClock.getAsLong()));
    }

    private Optional<TokenBucket> bucket(String tenant) {
        OptionalDouble own = of(tenant).requestsPerSecond();
        OptionalDouble rate = own.isPresent() ? own : usual.requestsPerSecond();
        return rate.isEmpty()
                ? Optional.empty()
                : Optional.of(new TokenBucket(rate.getAsDouble(), burst(tenant, rate), nanoClock.getAsLong()));
    }

    private int burst(String tenant, OptionalDouble rate) {
        OptionalInt own = of(tenant).burst();
        OptionalInt burst = own.isPresent() ? own : usual.burst();
        return burst.orElse((int) Math.max(1, Math.ceil(rate.getAsDouble())));
    }

    /** How many of its generations may be unfinished. */
    public OptionalInt unfinishedJobs(String tenant) {
        OptionalInt own = of(tenant).unfinishedJobs();
        return own.isPresent() ? own : usual.unfinishedJobs();
    }

    private AccessConfig.Limits of(String tenant) {
        return special.getOrDefault(tenant, usual);
    }
}
