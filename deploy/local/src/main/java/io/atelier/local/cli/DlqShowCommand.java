package io.atelier.local.cli;

import io.atelier.local.cluster.ClusterFailure;
import io.atelier.local.dlq.DeadLetter;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code atelier dlq show}. */
@Command(
        name = "show",
        description = "All of one dead letter: key, headers and value. The value holds the prompt.",
        mixinStandardHelpOptions = true)
final class DlqShowCommand implements Callable<Integer> {
    @Mixin
    private BrokerOptions broker;

    @Parameters(paramLabel = "OFFSET", description = "As dlq list shows it")
    private String place;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        DeadLetter letter = broker.deadLetters().read().stream()
                .filter(candidate -> candidate.place().equals(place))
                .findFirst()
                .orElseThrow(() -> new ClusterFailure("There is no dead letter " + place));
        print(letter, spec.commandLine().getOut());
        return 0;
    }

    private static void print(DeadLetter letter, PrintWriter out) {
        ConsumerRecord<byte[], byte[]> record = letter.record();
        out.println("offset: " + letter.place());
        out.println("time: " + letter.time());
        out.println("key: " + text(record.key()));
        for (Header header : record.headers()) {
            out.println("header " + Printable.line(header.key()) + ": " + text(header.value()));
        }
        out.println("value (" + (record.value() == null ? 0 : record.value().length) + " bytes):");
        out.println(text(record.value()));
        out.flush();
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "(none)" : Printable.bytes(bytes);
    }
}
