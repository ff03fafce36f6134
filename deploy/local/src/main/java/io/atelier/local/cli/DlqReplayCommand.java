package io.atelier.local.cli;

import io.atelier.local.cluster.ClusterFailure;
import io.atelier.local.dlq.DeadLetter;
import io.atelier.local.dlq.DeadLetterQueue;
import io.atelier.local.dlq.Selection;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code atelier dlq replay}. */
@Command(
        name = "replay",
        description =
                "Puts requests back on the topics they came from, byte for byte, with their attempts counted anew."
                        + " The dead letters stay where they are. Of equal requests of one generation the last is put back,"
                        + " unless offsets say otherwise.",
        mixinStandardHelpOptions = true)
final class DlqReplayCommand implements Callable<Integer> {
    @Mixin
    private BrokerOptions broker;

    @Parameters(paramLabel = "OFFSET", arity = "0..*", description = "As dlq list shows them")
    private List<String> places = List.of();

    @Mixin
    private LetterFilter filter;

    @Option(names = "--all", description = "Every dead letter")
    private boolean all;

    @Option(names = "--dry-run", description = "Only tell what would be put back")
    private boolean dryRun;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        int ways = (places.isEmpty() ? 0 : 1) + (filter.isEmpty() ? 0 : 1) + (all ? 1 : 0);
        if (ways != 1) {
            throw new ParameterException(
                    spec.commandLine(), "Say which, in one way: offsets, or --id, --reason and --since, or --all");
        }
        DeadLetterQueue queue = broker.deadLetters();
        List<DeadLetter> chosen = choose(queue.read());
        if (chosen.isEmpty()) {
            throw new ClusterFailure("No dead letter matches");
        }
        if (!dryRun) {
            queue.replay(chosen);
        }
        tell(chosen);
        return 0;
    }

    private List<DeadLetter> choose(List<DeadLetter> letters) {
        return places.isEmpty()
                ? Selection.lastOfEach(letters.stream().filter(filter::matches).toList())
                : Selection.at(places, letters);
    }

    private void tell(List<DeadLetter> chosen) {
        PrintWriter out = spec.commandLine().getOut();
        for (DeadLetter letter : chosen) {
            out.printf(
                    "%s  %s  to %s, for the %s time%n",
                    letter.place(),
                    letter.id().orElse("-"),
                    Printable.line(letter.topic().orElse("-")),
                    ordinal(letter.replays() + 1));
        }
        out.printf("%s %d request(s)%n", dryRun ? "Would put back" : "Put back", chosen.size());
        out.flush();
    }

    private static String ordinal(int number) {
        return switch (number) {
            case 1 -> "first";
            case 2 -> "second";
            case 3 -> "third";
            default -> number + "th";
        };
    }
}
