package io.atelier.kafka;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.message.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes the topics and the settings of the worker group, where they are missing. Safe to run from many processes at once. */
public final class ClusterSetup {
    private static final int EVENT_PARTITIONS = 12;
    private static final String LARGEST_REQUEST = Integer.toString(12 * 1024 * 1024);
    private static final String LARGEST_RECORD = Integer.toString(16 * 1024 * 1024);
    private static final Optional<Short> BROKER_DEFAULT_REPLICATION = Optional.empty();

    private final Map<String, Object> clientConfig;
    private final Topics topics;
    private final Duration timeout;

    /** @param clientConfig Kafka client settings, {@code bootstrap.servers} at least */
    public ClusterSetup(Map<String, Object> clientConfig, Topics topics, Duration timeout) {
        this.clientConfig = Map.copyOf(clientConfig);
        this.topics = topics;
        this.timeout = timeout;
    }

    /** @throws GenerationException BROKER_UNAVAILABLE with a sentence that names the broker */
    public void createTopics() {
        withAdmin(admin -> {
            Collection<KafkaFuture<Void>> results =
                    admin.createTopics(newTopics()).values().values();
            for (KafkaFuture<Void> result : results) {
                awaitUnlessThere(result);
            }
        });
    }

    /**
     * Settings of a share group. They must be in place before its first member joins: the group would otherwise start at
     * the end of the topics and pass over the requests that wait there.
     *
     * @param deliveryLimit higher than the worker's own limit of attempts, so that the worker sees the last delivery and
     *                      can tell of it; at the broker's limit a record would vanish in silence
     */
    public void configureShareGroup(String group, Duration lock, int deliveryLimit) {
        Map<String, String> settings = Map.of(
                "share.auto.offset.reset",
                "earliest",
                "share.record.lock.duration.ms",
                Long.toString(lock.toMillis()),
                "share.delivery.count.limit",
                Integer.toString(deliveryLimit));
        List<AlterConfigOp> changes = new ArrayList<>();
        settings.forEach(
                (key, value) -> changes.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
        ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
        withAdmin(admin ->
                await(admin.incrementalAlterConfigs(Map.of(resource, changes)).all()));
    }

    private List<NewTopic> newTopics() {
        List<NewTopic> all = new ArrayList<>();
        for (String requests : topics.requests()) {
            // One partition: a share group hands out single records, and a partition is only read by those it is
            // assigned to.
            // Larger than a request may be, so that a worker can tell the submitter so, instead of a client library.
            all.add(topic(requests, 1, Map.of("retention.ms", days(7), "max.message.bytes", LARGEST_REQUEST)));
        }
        // As long as a request may wait, since a cancellation must beat its redelivery; every worker reads them all.
        all.add(topic(topics.cancellations(), 1, Map.of("cleanup.policy", "compact,delete", "retention.ms", days(7))));
        all.add(topic(topics.events(), EVENT_PARTITIONS, Map.of("retention.ms", days(30))));
        all.add(topic(topics.progress(), EVENT_PARTITIONS, Map.of("retention.ms", days(1))));
        // A dead letter has grown beyond the usual size by its headers at most.
        all.add(topic(topics.dlq(), 1, Map.of("retention.ms", days(90), "max.message.bytes", LARGEST_RECORD)));
        return all;
    }

    private static NewTopic topic(String name, int partitions, Map<String, String> configs) {
        return new NewTopic(name, Optional.of(partitions), BROKER_DEFAULT_REPLICATION).configs(configs);
    }

    private static String days(int days) {
        return Long.toString(Duration.ofDays(days).toMillis());
    }

    private void withAdmin(AdminAction action) {
        Map<String, Object> config = new HashMap<>(clientConfig);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        try (Admin admin = Admin.create(config)) {
            action.run(admin);
        } catch (ExecutionException | TimeoutException e) {
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            throw new GenerationException(
                    ErrorCode.BROKER_UNAVAILABLE,
                    "No Kafka broker answers at " + clientConfig.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG)
                            + " within " + timeout.toSeconds() + " s: " + cause.getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GenerationException(ErrorCode.INTERRUPTED, "Stopped while preparing Kafka", e);
        } catch (KafkaException e) {
            throw new GenerationException(
                    ErrorCode.BROKER_UNAVAILABLE,
                    "Kafka cannot be reached at " + clientConfig.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG) + ": "
                            + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    e);
        }
    }

    private void awaitUnlessThere(KafkaFuture<Void> result)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            await(result);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private void await(KafkaFuture<Void> result) throws ExecutionException, InterruptedException, TimeoutException {
        // A little longer than the client's own limit, whose error says more.
        result.get(timeout.toMillis() + 1000, TimeUnit.MILLISECONDS);
    }

    private interface AdminAction {
        void run(Admin admin) throws ExecutionException, InterruptedException, TimeoutException;
    }
}
