package io.atelier.bench.speed;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Times that were measured again and again, in milliseconds. */
public final class Percentiles {
    private final List<Double> sorted;

    private Percentiles(List<Double> sorted) {
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("Nothing was measured");
        }
        this.sorted = sorted;
    }

    public static Percentiles ofNanos(Collection<Long> nanos) {
        return new Percentiles(nanos.stream().map(n -> n / 1e6).sorted().toList());
    }

    /** The smallest of the values that at least {@code percent} of all do not exceed. */
    public double at(int percent) {
        int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
        return sorted.get(Math.max(0, rank - 1));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "p50 %.1f, p90 %.1f, p99 %.1f, most %.1f ms (%d times)",
                at(50),
                at(90),
                at(99),
                at(100),
                sorted.size());
    }
}
