package io.atelier.local.infrastructure;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A real Kafka broker of one node (KRaft, combined roles) on the loopback interface, with its data in a folder. */
public final class EmbeddedBroker implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int NODE = 1;

    private final KafkaRaftServer server;

    private EmbeddedBroker(KafkaRaftServer server) {
        this.server = server;
    }

    /** Starts the broker, and formats the folder first if it is new. Returns when clients can connect. */
    public static EmbeddedBroker start(Path folder, int port, int controllerPort) throws Exception {
        if (!Files.exists(folder.resolve("meta.properties"))) {
            format(folder);
        }
        KafkaConfig config = KafkaConfig.fromProps(properties(folder, port, controllerPort), false);
        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        server.startup();
        return new EmbeddedBroker(server);
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path folder) throws Exception {
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(NODE)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(folder.toString())
                .addDirectory(folder.toString())
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .run();
    }

    private static Properties properties(Path folder, int port, int controllerPort) {
        Properties p = new Properties();
        p.setProperty("node.id", Integer.toString(NODE));
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("controller.quorum.voters", NODE + "@" + HOST + ":" + controllerPort);
        p.setProperty("listeners", "PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        p.setProperty("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("inter.broker.listener.name", "PLAINTEXT");
        p.setProperty("log.dirs", folder.toString());
        p.setProperty("auto.create.topics.enable", "false");
        singleNode(p);
        quickGroups(p);
        return p;
    }

    /** The internal topics would otherwise wait for three brokers and take dozens of partitions. */
    private static void singleNode(Properties p) {
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            p.setProperty(topic + ".replication.factor", "1");
            p.setProperty(topic + ".num.partitions", "2");
        }
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
    }

    /** Members come and go by the second on a developer's machine; the defaults are made for stable fleets. */
    private static void quickGroups(Properties p) {
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        for (String kind : new String[] {"share", "consumer"}) {
            p.setProperty("group." + kind + ".min.heartbeat.interval.ms", "500");
            p.setProperty("group." + kind + ".heartbeat.interval.ms", "500");
            p.setProperty("group." + kind + ".min.session.timeout.ms", "6000");
            p.setProperty("group." + kind + ".session.timeout.ms", "10000");
            p.setProperty("group." + kind + ".assignment.interval.ms", "100");
        }
        p.setProperty("group.share.initialize.retry.interval.ms", "1000");
        p.setProperty("group.share.max.size", "1000"); // members; a worker is one for each request topic
        p.setProperty("group.share.min.record.lock.duration.ms", "1000");
    }
}
