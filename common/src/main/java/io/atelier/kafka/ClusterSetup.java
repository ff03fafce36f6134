package io.atelier.kafka;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.message.Topics;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes the topics and the settings of the worker group, where they are missing. Safe to run from many processes at once. */
public final class ClusterSetup {
    private static final System.Logger LOG = System.getLogger(ClusterSetup.class.getName());
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

    /** For a share group, which needs no more than one partition. */
    public void createTopics() {
        createTopics(1);
    }

    /**
     * Makes the topics that are missing; request topics that are there with fewer partitions get the rest of them.
     *
     * @param requestPartitions of each request topic; a consumer group has no work for more members than that
     * @throws GenerationException BROKER_UNAVAILABLE with a sentence that names the broker
     */
    public void createTopics(int requestPartitions) {
        withAdmin(admin -> {
            Map<String, KafkaFuture<Void>> results =
                    admin.createTopics(newTopics(requestPartitions)).values();
            List<String> there = new ArrayList<>();
            for (Map.Entry<String, KafkaFuture<Void>> result : results.entrySet()) {
                if (isThere(result.getValue())) {
                    there.add(result.getKey());
                }
            }
            there.retainAll(topics.requests());
            grow(admin, there, requestPartitions);
        });
    }

    private void grow(Admin admin, List<String> there, int partitions)
            throws ExecutionException, InterruptedException, TimeoutException {
        if (partitions == 1 || there.isEmpty()) {
            return;
        }
        Map<String, NewPartitions> more = new HashMap<>();
        await(admin.describeTopics(there).allTopicNames()).forEach((name, topic) -> {
            if (topic.partitions().size() < partitions) {
                more.put(name, NewPartitions.increaseTo(partitions));
            }
        });
        for (KafkaFuture<Void> result : admin.createPartitions(more).values().values()) {
            awaitUnless(InvalidPartitionsException.class, result);
        }
    }

    /**
     * Settings of a share group. They must be in place before its first member joins: the group would otherwise start at
     * the end of the topics and pass over the requests that wait there. Settings that the brokers are too old to know are
     * left out, and the log tells which.
     *
     * @param deliveryLimit higher than the worker's own limit of attempts, so that the worker sees the last delivery and
     *                      can tell of it; at the broker's limit a record would vanish in silence
     */
    public void configureShareGroup(String group, Duration lock, int deliveryLimit) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("share.auto.offset.reset", "earliest");
        settings.put("share.record.lock.duration.ms", Long.toString(lock.toMillis()));
        settings.put("share.delivery.count.limit", Integer.toString(deliveryLimit));
        // Without renewals no job could take longer than its lock.
        settings.put("share.renew.acknowledge.enable", "true");
        // No dead letters of the broker's own: it does not know why a record failed, and workers write theirs, which
        // say.
        settings.put("errors.deadletterqueue.topic.name", "");
        configureGroup(group, settings);
    }

    void configureGroup(String group, Map<String, String> settings) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
        withAdmin(admin -> {
            try {
                set(admin, resource, settings);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof InvalidConfigurationException)) {
                    throw e;
                }
                set(admin, resource, known(admin, resource, settings, e));
            }
        });
    }

    /** All or nothing. */
    private void set(Admin admin, ConfigResource resource, Map<String, String> settings)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<AlterConfigOp> changes = new ArrayList<>();
        settings.forEach(
                (key, value) -> changes.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
        await(admin.incrementalAlterConfigs(Map.of(resource, changes)).all());
    }

    /** Those of the settings that the broker knows. @throws ExecutionException the refusal, if it is not about unknown ones */
    private Map<String, String> known(
            Admin admin, ConfigResource resource, Map<String, String> settings, ExecutionException refusal)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<String, String> known = new LinkedHashMap<>(settings);
        Config described = await(admin.describeConfigs(List.of(resource)).all()).get(resource);
        known.keySet().removeIf(key -> described.get(key) == null);
        if (known.size() == settings.size()) {
            throw refusal;
        }
        Set<String> unknown = new LinkedHashSet<>(settings.keySet());
        unknown.removeAll(known.keySet());
        LOG.log(
                Level.WARNING,
                "The brokers are too old for these settings of the group " + resource.name()
                        + ", their own defaults hold: " + unknown);
        return known;
    }

    private List<NewTopic> newTopics(int requestPartitions) {
        List<NewTopic> all = new ArrayList<>();
        for (String requests : topics.requests()) {
            // Larger than a request may be, so that a worker can tell the submitter so, instead of a client library.
            all.add(topic(
                    requests,
                    requestPartitions,
                    Map.of("retention.ms", days(7), "max.message.bytes", LARGEST_REQUEST)));
        }
        // As long as a request may wait, since a cancellation must beat its redelivery; every worker reads them all.
        all.add(topic(topics.cancellations(), 1, Map.of("cleanup.policy", "compact,delete", "retention.ms", days(7))));
        all.add(topic(topics.events(), EVENT_PARTITIONS, Map.of("retention.ms", days(30))));
        all.add(topic(topics.progress(), EVENT_PARTITIONS, Map.of("retention.ms", days(1))));
        // Small and read from its beginning by everybody who wants to know the workers: old states and those who left
        // go soon.
        all.add(topic(
                topics.workers(),
                1,
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "delete.retention.ms",
                        minutes(10),
                        "min.cleanable.dirty.ratio",
                        "0.1",
                        "segment.ms",
                        minutes(10))));
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

    private static String minutes(int minutes) {
        return Long.toString(Duration.ofMinutes(minutes).toMillis());
    }

    private void withAdmin(AdminAction action) {
        Map<String, Object> config = new HashMap<>(clientConfig);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        try (Admin admin = Admin.create(config)) {
            action.run(admin);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RetriableException ? unreachable(e.getCause()) : refused(e.getCause());
        } catch (TimeoutException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GenerationException(ErrorCode.INTERRUPTED, "Stopped while preparing Kafka", e);
        } catch (KafkaException e) {
            throw new GenerationException(
                    ErrorCode.BROKER_UNAVAILABLE,
                    "Kafka cannot be reached at " + bootstrapServers() + ": "
                            + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    e);
        }
    }

    private GenerationException unreachable(Throwable cause) {
        return new GenerationException(
                ErrorCode.BROKER_UNAVAILABLE,
                "No Kafka broker answers at " + bootstrapServers() + " within " + timeout.toSeconds() + " s: "
                        + cause.getMessage(),
                cause);
    }

    private GenerationException refused(Throwable cause) {
        return new GenerationException(
                ErrorCode.BROKER_UNAVAILABLE,
                "Kafka at " + bootstrapServers() + " refuses to be prepared: " + cause.getMessage(),
                cause);
    }

    private Object bootstrapServers() {
        return clientConfig.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
    }

    private boolean isThere(KafkaFuture<Void> creation)
            throws ExecutionException, InterruptedException, TimeoutException {
        return !awaitUnless(TopicExistsException.class, creation);
    }

    /** @return false if it failed in this way, which is as good */
    private boolean awaitUnless(Class<? extends ApiException> harmless, KafkaFuture<Void> result)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            await(result);
            return true;
        } catch (ExecutionException e) {
            if (harmless.isInstance(e.getCause())) {
                return false;
            }
            throw e;
        }
    }

    private <T> T await(KafkaFuture<T> result) throws ExecutionException, InterruptedException, TimeoutException {
        // A little longer than the client's own limit, whose error says more.
        return result.get(timeout.toMillis() + 1000, TimeUnit.MILLISECONDS);
    }

    private interface AdminAction {
        void run(Admin admin) throws ExecutionException, InterruptedException, TimeoutException;
    }
}
