package io.atelier.local.cli;

import io.atelier.local.cluster.ClusterFailure;
import io.atelier.local.cluster.ClusterInfo;
import io.atelier.local.cluster.LocalCluster;
import io.atelier.local.dlq.DeadLetterQueue;
import io.atelier.message.Topics;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whose Kafka is meant: that of the local cluster which is up, or of any other. */
final class BrokerOptions {
    @Mixin
    private DataOption data;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Brokers of any cluster. Default: those of the local cluster that is up")
    private String bootstrapServers;

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description = "Further settings of a Kafka client, such as security.protocol, as a properties file")
    private Path commandConfig;

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            defaultValue = Topics.DEFAULT_PREFIX,
            description = "Before the names of all topics. Default: ${DEFAULT-VALUE}")
    private String prefix;

    DeadLetterQueue deadLetters() throws IOException {
        Map<String, Object> settings = new HashMap<>(fromFile());
        settings.put("bootstrap.servers", servers());
        settings.put("client.id", "atelier-dlq");
        return new DeadLetterQueue(settings, topics());
    }

    private Topics topics() {
        try {
            return new Topics(prefix);
        } catch (IllegalArgumentException e) {
            throw new ClusterFailure(e.getMessage(), e);
        }
    }

    private Map<String, String> fromFile() throws IOException {
        Map<String, String> settings = new HashMap<>();
        if (commandConfig != null) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(commandConfig)) {
                properties.load(reader);
            }
            properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        }
        return settings;
    }

    private String servers() {
        if (bootstrapServers != null) {
            return bootstrapServers;
        }
        return LocalCluster.running(data.data())
                .map(ClusterInfo::kafka)
                .orElseThrow(() -> new ClusterFailure(
                        "No local cluster is up on " + data.data() + "; name another one with --bootstrap-servers"));
    }
}
