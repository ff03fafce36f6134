package io.atelier.local.cli;

import io.atelier.local.cluster.ClusterFailure;
import io.atelier.local.cluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code atelier keys}: who may call a gateway. The gateway's own program does it, on the store that its settings
 * ({@code ATELIER_STORE…} in the environment) name, else on that of the local cluster.
 */
@Command(
        name = "keys",
        description = {
            "API keys for the gateway, which asks for them with ATELIER_ACCESS_AUTH=keys.",
            "ATELIER_STORE, ATELIER_STORE_PATH, ATELIER_STORE_URL and so on name its store, as for the gateway"
                    + " itself; default: that of the local cluster. An H2 file must not be open in a gateway that runs."
        },
        mixinStandardHelpOptions = true)
final class KeysCommand implements Runnable {
    private static final String STORE = "ATELIER_STORE";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: add, list or revoke");
    }

    @Command(name = "add", description = "Makes a key and shows it this once.", mixinStandardHelpOptions = true)
    int add(@Mixin DataOption data, @Parameters(paramLabel = "TENANT") String tenant)
            throws IOException, InterruptedException {
        return onStore(data, "add", tenant);
    }

    @Command(
            name = "list",
            description = "All keys with their ids; the keys themselves are nowhere.",
            mixinStandardHelpOptions = true)
    int list(@Mixin DataOption data) throws IOException, InterruptedException {
        return onStore(data, "list");
    }

    @Command(name = "revoke", description = "Ends a key.", mixinStandardHelpOptions = true)
    int revoke(@Mixin DataOption data, @Parameters(paramLabel = "ID", description = "As list shows it") String id)
            throws IOException, InterruptedException {
        return onStore(data, "revoke", id);
    }

    private static int onStore(DataOption data, String... words) throws IOException, InterruptedException {
        Path jar = DataOption.home().resolve("gateway/target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new ClusterFailure("The gateway is not built: " + jar + " is missing");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                jar.toString(),
                "keys"));
        command.addAll(List.of(words));
        ProcessBuilder gateway = new ProcessBuilder(command).inheritIO();
        Map<String, String> environment = gateway.environment();
        if (environment.keySet().stream().noneMatch(name -> name.startsWith(STORE))) {
            useLocalStore(environment, data.data());
        }
        // Settings that a gateway must have, and that nothing here looks at.
        environment.putIfAbsent("ATELIER_STORAGE_ACCESS_KEY", "none");
        environment.putIfAbsent("ATELIER_STORAGE_SECRET_KEY", "none");
        return gateway.start().waitFor();
    }

    private static void useLocalStore(Map<String, String> environment, Path data) {
        LocalCluster.running(data).ifPresent(running -> {
            throw new ClusterFailure(
                    "The local cluster is up (process " + running.pid() + ") and has its store open, an"
                            + " H2 file; stop it first, or name another store by ATELIER_STORE…");
        });
        environment.put("ATELIER_STORE_PATH", LocalCluster.jobStore(data).toString());
    }
}
