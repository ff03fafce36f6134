package io.atelier.worker.share;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a share group that speaks the protocol by itself (ShareGroupHeartbeat, ShareFetch, ShareAcknowledge).
 *
 * <p>Kafka's own {@code KafkaShareConsumer} would not do. Polled once, it fetches in the background until a record comes,
 * however long nobody polls any more: a worker that waits on several topics and gets a job from one of them would lock the
 * next record of each other topic, and hold it back from idle workers. Releasing such records counts as a delivery each
 * time, and a record that goes through as many busy workers as the delivery limit allows is dropped by the broker.
 */
public final class KafkaShareGroup implements ShareGroup {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaShareGroup.class);
    private static final Duration MOMENT = Duration.ofMillis(50);

    private final String group;
    private final Uuid member = Uuid.randomUuid();
    private final Brokers brokers;
    private final Membership membership;
    private final Map<Node, ShareSession> sessions = new HashMap<>();
    private int turn;

    /**
     * @param settings of a Kafka client: where the brokers are, and how to be let in
     * @param topics   all that will ever be asked for
     */
    public KafkaShareGroup(Map<String, Object> settings, String group, List<String> topics) {
        this.group = group;
        this.brokers = new Brokers(settings, topics);
        this.membership = new Membership(brokers, group, member, topics);
    }

    @Override
    public Optional<HeldRecord> take(List<String> topics, Duration patience) {
        membership.tick();
        Map<Node, List<TopicIdPartition>> leaders = brokers.leaders(topics);
        if (!membership.isMember() || leaders.isEmpty()) {
            // A record cannot be had yet; the time goes into getting there.
            brokers.attend(patience.compareTo(MOMENT) < 0 ? patience : MOMENT);
            return Optional.empty();
        }
        return takeFrom(leaders, patience);
    }

    /**
     * One broker after the other: a request that waits at a second one might lock a second record. The turn changes, so that
     * none is always asked last.
     */
    private Optional<HeldRecord> takeFrom(Map<Node, List<TopicIdPartition>> leaders, Duration patience) {
        List<Node> order = new ArrayList<>(leaders.keySet());
        Collections.rotate(order, turn++);
        Duration share = patience.dividedBy(order.size());
        for (Node leader : order) {
            Optional<HeldRecord> held = fetch(leader, leaders.get(leader), share);
            if (held.isPresent()) {
                return held;
            }
        }
        return Optional.empty();
    }

    private Optional<HeldRecord> fetch(Node leader, List<TopicIdPartition> partitions, Duration patience) {
        ShareSession session = sessions.computeIfAbsent(leader, node -> new ShareSession(brokers, node, group, member));
        try {
            return session.fetch(partitions, patience);
        } catch (UnsupportedVersionException e) {
            throw new KafkaException("Share groups need brokers of version 4.2 or newer: " + e.getMessage(), e);
        } catch (RetriableException e) {
            LOG.warn("Cannot fetch from {}: {}", leader, e.toString());
            if (e instanceof DisconnectException) {
                brokers.refresh();
            }
            brokers.attend(MOMENT);
            return Optional.empty();
        }
    }

    @Override
    public void stayMember() {
        membership.tick();
        try {
            brokers.attend(Duration.ZERO);
        } catch (KafkaException e) {
            // Whoever takes the next record is told; the one in hand has nothing to do with it.
            LOG.warn("The share group {} cannot be attended: {}", group, e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            sessions.values().forEach(ShareSession::close);
            membership.leave();
        } catch (KafkaException e) {
            LOG.warn("The share group {} was not left cleanly: {}", group, e.getMessage());
        } finally {
            brokers.close();
        }
    }
}
