package io.atelier.worker.share;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.consumer.internals.GroupCoordinatorNode;
import org.apache.kafka.clients.consumer.internals.RequestFuture;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.ShareGroupHeartbeatRequest;
import org.apache.kafka.common.requests.ShareGroupHeartbeatResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a member in its share group by heartbeats. Never waits: what is due is sent, and answers are read when they came.
 *
 * <p>The partitions that the coordinator assigns are not looked at. It deals the partitions of all topics of a subscription
 * out evenly, so that with three one-partition topics two members would share none; and the brokers let every member fetch
 * from every partition.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final Duration FAREWELL = Duration.ofSeconds(1);
    private static final int JOINING = 0;
    private static final int LEAVING = -1;

    private final Brokers brokers;
    private final String group;
    private final Uuid member;
    private final List<String> topics;

    private Node coordinator;
    private int epoch = JOINING;
    private long dueAt = System.nanoTime();
    private RequestFuture<ClientResponse> pending;
    private Consumer<ClientResponse> reader;
    private KafkaException failure;

    Membership(Brokers brokers, String group, Uuid member, List<String> topics) {
        this.brokers = brokers;
        this.group = group;
        this.member = member;
        this.topics = List.copyOf(topics);
    }

    /** @throws KafkaException if the group will not have this member */
    boolean isMember() {
        if (failure != null) {
            throw failure;
        }
        return epoch != JOINING;
    }

    /** Reads the answer to the last request and sends the next that is due. */
    void tick() {
        if (pending != null && pending.isDone()) {
            RequestFuture<ClientResponse> answered = pending;
            pending = null;
            read(answered);
        }
        if (pending == null && failure == null && System.nanoTime() - dueAt >= 0) {
            sendNext();
        }
    }

    private void sendNext() {
        if (coordinator != null) {
            send(coordinator, new ShareGroupHeartbeatRequest.Builder(heartbeat(epoch)), this::beaten);
        } else {
            brokers.any().ifPresentOrElse(this::askForCoordinator, () -> later(RETRY));
        }
    }

    private void askForCoordinator(Node broker) {
        FindCoordinatorRequestData data = new FindCoordinatorRequestData()
                .setKeyType(CoordinatorType.GROUP.id())
                .setCoordinatorKeys(List.of(group));
        send(broker, new FindCoordinatorRequest.Builder(data), this::found);
    }

    private ShareGroupHeartbeatRequestData heartbeat(int memberEpoch) {
        return new ShareGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(member.toString())
                .setMemberEpoch(memberEpoch)
                .setSubscribedTopicNames(memberEpoch == JOINING ? topics : null);
    }

    private void send(Node broker, AbstractRequest.Builder<?> request, Consumer<ClientResponse> answered) {
        reader = answered;
        pending = brokers.send(broker, request);
    }

    private void read(RequestFuture<ClientResponse> answered) {
        if (answered.succeeded()) {
            reader.accept(answered.value());
        } else if (answered.exception() instanceof RetriableException) {
            // The broker that was asked may be gone, and the coordinator with it.
            coordinator = null;
            later(RETRY);
        } else {
            fail(answered.exception());
        }
    }

    private void found(ClientResponse response) {
        Coordinator found = ((FindCoordinatorResponse) response.responseBody())
                .coordinatorByKey(group)
                .orElse(null);
        Errors error = found == null ? Errors.COORDINATOR_NOT_AVAILABLE : Errors.forCode(found.errorCode());
        if (error == Errors.NONE) {
            // A connection of its own, as Kafka's clients do it: heartbeats do not queue behind a fetch that waits.
            coordinator = new GroupCoordinatorNode(found.nodeId(), found.host(), found.port());
            later(Duration.ZERO);
        } else {
            retryOrFail(error, found == null ? null : found.errorMessage());
        }
    }

    private void beaten(ClientResponse response) {
        ShareGroupHeartbeatResponseData data = ((ShareGroupHeartbeatResponse) response.responseBody()).data();
        Errors error = Errors.forCode(data.errorCode());
        switch (error) {
            case NONE -> {
                epoch = data.memberEpoch();
                later(Duration.ofMillis(data.heartbeatIntervalMs()));
            }
            case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH -> {
                LOG.warn("The share group {} has put this member out ({}): joining anew", group, error);
                epoch = JOINING;
                later(Duration.ZERO);
            }
            case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE -> {
                coordinator = null;
                later(RETRY);
            }
            default -> retryOrFail(error, data.errorMessage());
        }
    }

    private void retryOrFail(Errors error, String message) {
        if (error.exception() instanceof RetriableException) {
            later(RETRY);
        } else {
            fail(error.exception(message));
        }
    }

    private void fail(RuntimeException cause) {
        failure = cause instanceof KafkaException kafka ? kafka : new KafkaException(cause);
    }

    private void later(Duration delay) {
        dueAt = System.nanoTime() + delay.toNanos();
    }

    /** Says goodbye; a coordinator that does not answer finds out by itself. */
    void leave() {
        if (coordinator == null || epoch == JOINING) {
            return;
        }
        RequestFuture<ClientResponse> farewell =
                brokers.send(coordinator, new ShareGroupHeartbeatRequest.Builder(heartbeat(LEAVING)));
        long start = System.nanoTime();
        while (!farewell.isDone() && System.nanoTime() - start < FAREWELL.toNanos()) {
            brokers.attend(Duration.ofMillis(10));
        }
    }
}
