package io.atelier.sdxl;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** All cases in one table, for people; Markdown, so that the README can show its last lines. */
final class FidelityTable {
    private FidelityTable() {}

    static String of(List<Fidelity> rows) {
        StringBuilder table = new StringBuilder("| case | ids, time ids | embeddings | latents, any step (relative) "
                + "| latents, last step | within 1/255 | largest |\n|---|---|---|---|---|---|---|\n");
        rows.forEach(row -> table.append(line(row)));
        if (!rows.isEmpty()) {
            table.append(String.format(
                    Locale.ROOT,
                    "| **all %d, the worst** | %s | %.1e | %.1e | %.1e | %.3f %% | %d |%n",
                    rows.size(),
                    rows.stream().allMatch(FidelityTable::isTold) ? "equal" : "differ",
                    worst(rows, Fidelity::embeddings),
                    worst(rows, Fidelity::onTheWay),
                    worst(rows, Fidelity::latents),
                    -100 * worst(rows, row -> -row.picture().withinOne()),
                    (int) worst(rows, row -> row.picture().largest())));
        }
        return table.toString();
    }

    private static String line(Fidelity row) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.1e | %.1e | %.1e | %.3f %% | %d |%n",
                row.name(),
                isTold(row) ? "equal" : "differ",
                row.embeddings(),
                row.onTheWay(),
                row.latents(),
                100 * row.picture().withinOne(),
                row.picture().largest());
    }

    private static boolean isTold(Fidelity row) {
        return row.wrongIds().isEmpty() && row.wrongTimes().isEmpty();
    }

    private static double worst(List<Fidelity> rows, ToDoubleFunction<Fidelity> error) {
        return rows.stream()
                .map(error::applyAsDouble)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }
}
