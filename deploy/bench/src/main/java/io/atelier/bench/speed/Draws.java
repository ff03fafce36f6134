package io.atelier.bench.speed;

import io.atelier.bench.simulation.DrawLog;
import io.atelier.bench.simulation.DrawLog.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What devices did, from the beginning of each drawing to its end. */
record Draws(List<Draw> all) {

    /** Times are of {@link System#nanoTime}. */
    record Draw(String id, String worker, long from, long to) {

        /** How much of this drawing lies between two moments, 0 to 1. */
        double partWithin(long begin, long end) {
            return Math.max(0, Math.min(to, end) - Math.max(from, begin)) / (double) (to - from);
        }
    }

    /** Drawings that have come to their end; a device draws one at a time. */
    static Draws finished(List<DrawLog.Entry> entries) {
        Map<String, DrawLog.Entry> begun = new HashMap<>();
        List<Draw> draws = new ArrayList<>();
        for (DrawLog.Entry entry : entries) {
            if (entry.kind() == Kind.STARTED) {
                begun.put(entry.worker(), entry);
            } else if (entry.kind() == Kind.FINISHED) {
                long from = begun.remove(entry.worker()).nanoTime();
                draws.add(new Draw(entry.id(), entry.worker(), from, entry.nanoTime()));
            }
        }
        return new Draws(draws);
    }

    /** Without the first drawings of each device. */
    Draws withoutFirst(int count) {
        return new Draws(byWorker().values().stream()
                .flatMap(own -> own.stream().skip(count))
                .toList());
    }

    Map<String, List<Draw>> byWorker() {
        return all.stream().collect(Collectors.groupingBy(Draw::worker));
    }

    /** Times between the end of one drawing and the beginning of the next on the same device, in nanoseconds. */
    List<Long> gaps(String worker) {
        List<Draw> draws = byWorker().getOrDefault(worker, List.of());
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < draws.size(); i++) {
            gaps.add(draws.get(i).from() - draws.get(i - 1).to());
        }
        return gaps;
    }
}
