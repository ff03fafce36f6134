package io.atelier.local.cli;

import io.atelier.local.cluster.ClusterFailure;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code atelier}: the cluster on one machine. */
@Command(
        name = "atelier",
        description = "Draws pictures with Stable Diffusion XL on a cluster of your own.",
        mixinStandardHelpOptions = true,
        version = "Atelier 0.1.0",
        subcommands = {GenerateCommand.class, UpCommand.class, DlqCommand.class, KeysCommand.class})
public final class AtelierCommand implements Runnable {
    /** A failure the user can do something about; picocli itself uses 2 for wrong options. */
    static final int FAILED = 1;

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        Logger.getLogger("").setLevel(Level.WARNING);
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new AtelierCommand())
                .setExecutionExceptionHandler((e, command, result) -> explain(e, command));
    }

    private static int explain(Exception e, CommandLine command) {
        boolean expected = e instanceof ClusterFailure || e instanceof GatewayException;
        command.getErr().println("atelier: " + (expected ? e.getMessage() : e));
        return FAILED;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: generate, up, dlq or keys");
    }
}
