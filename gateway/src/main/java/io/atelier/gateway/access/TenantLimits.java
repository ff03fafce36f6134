package io.atelier.gateway.access;

import io.atelier.message.RequestLimits;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
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

    /** What one request of its may ask for. @param all what any request may */
    public RequestLimits requests(String tenant, RequestLimits all) {
        return new RequestLimits(
                least(all.maxSide(), tenant, AccessConfig.Limits::maxSide),
                Math.min(all.maxPixels(), maxPixels(tenant).orElse(Long.MAX_VALUE)),
                least(all.maxSteps(), tenant, AccessConfig.Limits::maxSteps),
                least(all.maxImages(), tenant, AccessConfig.Limits::maxImages),
                all.maxPromptBytes(),
                all.maxRequestBytes());
    }

    private int least(int all, String tenant, Function<AccessConfig.Limits, OptionalInt> limit) {
        OptionalInt own = limit.apply(of(tenant));
        return Math.min(all, (own.isPresent() ? own : limit.apply(usual)).orElse(Integer.MAX_VALUE));
    }

    private OptionalLong maxPixels(String tenant) {
        OptionalLong own = of(tenant).maxPixels();
        return own.isPresent() ? own : usual.maxPixels();
    }

    private AccessConfig.Limits of(String tenant) {
        return special.getOrDefault(tenant, usual);
    }
}
