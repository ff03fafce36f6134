package io.atelier.local.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.local.dlq.DeadLetter;
import io.atelier.message.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code atelier dlq list}. */
@Command(
        name = "list",
        description = "One line a dead letter, the oldest first. REPLAYS tells how often the request had been put back"
                + " before, LATER the offset of a later dead letter of the same generation.",
        mixinStandardHelpOptions = true)
final class DlqListCommand implements Callable<Integer> {
    private static final List<String> TITLES =
            List.of("OFFSET", "TIME", "ID", "CODE", "ATTEMPTS", "REPLAYS", "LATER", "TOPIC", "REASON");
    private static final int REASON_WIDTH = 100;

    @Mixin
    private BrokerOptions broker;

    @Mixin
    private LetterFilter filter;

    @Option(names = "--json", description = "One JSON object a line")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<DeadLetter> all = broker.deadLetters().read();
        Map<String, DeadLetter> last = new HashMap<>();
        all.forEach(letter -> letter.id().ifPresent(id -> last.put(id, letter)));
        List<Row> rows = all.stream()
                .filter(filter::matches)
                .map(letter -> new Row(letter, letter.id().map(last::get).filter(later -> later != letter)))
                .toList();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            rows.forEach(row -> out.println(row.json()));
        } else if (rows.isEmpty()) {
            spec.commandLine().getErr().println("No dead letters" + (filter.isEmpty() ? "" : " that match"));
        } else {
            printTable(rows, out);
        }
        out.flush();
        return 0;
    }

    private static void printTable(List<Row> rows, PrintWriter out) {
        List<List<String>> lines = new ArrayList<>(List.of(TITLES));
        rows.forEach(row -> lines.add(row.cells()));
        int[] widths = new int[TITLES.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length - 1; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = line.get(i);
                text.append(cell).append(" ".repeat(Math.max(0, widths[i] - cell.length() + 2)));
            }
            out.println(text.toString().stripTrailing());
        }
    }

    /** @param later the last dead letter of the same generation, if this is not it */
    private record Row(DeadLetter letter, Optional<DeadLetter> later) {
        List<String> cells() {
            return List.of(
                    letter.place(),
                    letter.time().toString(),
                    letter.id().orElse("-"),
                    Printable.line(letter.reasonCode()),
                    Integer.toString(letter.attempts()),
                    Integer.toString(letter.replays()),
                    later.map(DeadLetter::place).orElse("-"),
                    Printable.line(letter.topic().orElse("-")),
                    Printable.shortLine(letter.reason(), REASON_WIDTH));
        }

        ObjectNode json() {
            return Json.mapper()
                    .createObjectNode()
                    .put("partition", letter.record().partition())
                    .put("offset", letter.record().offset())
                    .put("time", letter.time().toString())
                    .put("id", letter.id().orElse(null))
                    .put("reason_code", letter.reasonCode())
                    .put("reason", letter.reason())
                    .put("topic", letter.topic().orElse(null))
                    .put("attempts", letter.attempts())
                    .put("replays", letter.replays())
                    .put("later", later.map(DeadLetter::place).orElse(null));
        }
    }
}
