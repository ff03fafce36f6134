package io.atelier.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.atelier.error.GenerationException;
import io.atelier.local.infrastructure.TestBroker;
import io.atelier.message.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real broker makes of our topics and group settings. */
class ClusterSetupIT {
    @TempDir
    static Path data;

    private static TestBroker broker;
    private static Admin admin;

    private final Topics topics = new Topics("setup.");
    private final ClusterSetup setup = new ClusterSetup(broker.settings(), topics, Duration.ofSeconds(30));

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.start(data);
        admin = Admin.create(broker.settings());
    }

    @AfterAll
    static void stop() {
        if (admin != null) {
            admin.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void all_settings_of_the_share_group_are_in_place() throws Exception {
        setup.configureShareGroup("workers", Duration.ofSeconds(20), 7);

        awaitSettings(
                "workers",
                Map.of(
                        "share.auto.offset.reset", "earliest",
                        "share.record.lock.duration.ms", "20000",
                        "share.delivery.count.limit", "7",
                        "share.renew.acknowledge.enable", "true",
                        "errors.deadletterqueue.topic.name", ""));
    }

    @Test
    void what_the_broker_is_too_old_to_know_is_left_out() throws Exception {
        setup.configureGroup(
                "modern", Map.of("share.auto.offset.reset", "earliest", "share.of.a.later.version", "true"));

        awaitSettings("modern", Map.of("share.auto.offset.reset", "earliest"));
    }

    @Test
    void a_value_that_the_broker_refuses_stops_the_start_with_its_reason() throws Exception {
        assertThatThrownBy(() -> setup.configureShareGroup("greedy", Duration.ofHours(2), 10))
                .isInstanceOf(GenerationException.class)
                .hasMessageContaining(broker.bootstrapServers())
                .hasMessageContaining("share.record.lock.duration.ms");
        // All or nothing, so what is set next is all there is.
        setup.configureGroup("greedy", Map.of("share.renew.acknowledge.enable", "true"));
        awaitSettings("greedy", Map.of("share.renew.acknowledge.enable", "true"));
    }

    @Test
    void request_topics_that_are_there_get_the_partitions_that_they_lack() throws Exception {
        setup.createTopics();
        topics.requests().forEach(requests -> awaitPartitions(requests, 1));

        setup.createTopics(12);
        setup.createTopics(12);
        // Who needs fewer takes nothing away.
        setup.createTopics(4);
        setup.createTopics();

        topics.requests().forEach(requests -> awaitPartitions(requests, 12));
        awaitPartitions(topics.dlq(), 1);
    }

    /** A broker hears a moment later than the controller of what has changed. */
    private static void awaitPartitions(String topic, int count) {
        await("partitions of " + topic)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(partitions(topic)).isEqualTo(count));
    }

    private static void awaitSettings(String group, Map<String, String> settings) {
        await("settings of " + group)
                .untilAsserted(() -> assertThat(ownSettings(group)).isEqualTo(settings));
    }

    private static int partitions(String topic) throws Exception {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .size();
    }

    /** What was set for the group itself. */
    private static Map<String, String> ownSettings(String group) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
        Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        Map<String, String> own = new HashMap<>();
        for (ConfigEntry entry : config.entries()) {
            if (entry.source() == ConfigSource.DYNAMIC_GROUP_CONFIG) {
                own.put(entry.name(), entry.value());
            }
        }
        return own;
    }
}
