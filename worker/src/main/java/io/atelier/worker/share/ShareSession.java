package io.atelier.worker.share;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.internals.ShareAcquireMode;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgementBatch;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ShareAcknowledgeRequest;
import org.apache.kafka.common.requests.ShareAcknowledgeResponse;
import org.apache.kafka.common.requests.ShareFetchRequest;
import org.apache.kafka.common.requests.ShareFetchResponse;
import org.apache.kafka.common.requests.ShareRequestMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's share session with one broker: the numbered row of requests in which records are fetched and acknowledged. The
 * broker remembers which partitions the session is about, so each request names only what changes. A session that broke is
 * opened anew by the next fetch.
 */
final class ShareSession {
    private static final Logger LOG = LoggerFactory.getLogger(ShareSession.class);
    /** What the protocol calls an offset that holds no record, such as a transaction's mark. */
    private static final byte GAP = 0;

    private static final int ONE_RECORD = 1;
    private static final int MAX_BYTES = 50 * 1024 * 1024;
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Set<Errors> STALE_METADATA = Set.of(
            Errors.NOT_LEADER_OR_FOLLOWER,
            Errors.FENCED_LEADER_EPOCH,
            Errors.UNKNOWN_TOPIC_ID,
            Errors.UNKNOWN_TOPIC_OR_PARTITION,
            Errors.INCONSISTENT_TOPIC_ID);

    private final Brokers brokers;
    private final Node broker;
    private final String group;
    private final Uuid member;
    private ShareRequestMetadata next;
    private Set<TopicIdPartition> remembered = Set.of();
    /** What the last fetch met with, so that a trouble that lasts is told once. */
    private Errors trouble = Errors.NONE;

    ShareSession(Brokers brokers, Node broker, String group, Uuid member) {
        this.brokers = brokers;
        this.broker = broker;
        this.group = group;
        this.member = member;
        startAnew();
    }

    private void startAnew() {
        next = ShareRequestMetadata.initialEpoch(member);
        remembered = Set.of();
    }

    private void goOn(Set<TopicIdPartition> partitions) {
        next = next.nextEpoch();
        remembered = partitions;
    }

    /**
     * Fetches at most one record.
     *
     * @param patience how long the broker holds its answer back while there is none
     */
    Optional<HeldRecord> fetch(List<TopicIdPartition> wanted, Duration patience) {
        Errors before = trouble;
        trouble = Errors.NONE;
        Optional<HeldRecord> held = fetchOne(wanted, patience);
        if (trouble != Errors.NONE && trouble != before) {
            // For a moment this is usual: a group that is new to a topic has no state there yet.
            LOG.info("Cannot fetch from {} yet: {}", broker, trouble);
        }
        if (trouble != Errors.NONE && held.isEmpty()) {
            // The broker answers an error at once, however patient the request is.
            brokers.attend(PAUSE);
        }
        return held;
    }

    private Optional<HeldRecord> fetchOne(List<TopicIdPartition> wanted, Duration patience) {
        Set<TopicIdPartition> partitions = new LinkedHashSet<>(wanted);
        ShareFetchRequest.Builder request = ShareFetchRequest.Builder.forConsumer(
                group,
                next,
                (int) patience.toMillis(),
                1,
                MAX_BYTES,
                ONE_RECORD,
                ONE_RECORD,
                // The broker's other mode hands out whole batches: one member would lock what others could draw.
                ShareAcquireMode.RECORD_LIMIT.id(),
                false,
                without(partitions, remembered),
                without(remembered, partitions),
                Map.of());
        ShareFetchResponse response = call(request, patience, ShareFetchResponse.class);
        if (response.error() != Errors.NONE) {
            startAnew();
            tolerate(response.error(), response.data().errorMessage());
            return Optional.empty();
        }
        goOn(partitions);
        return firstHeld(response, partitions);
    }

    private static List<TopicIdPartition> without(Set<TopicIdPartition> these, Set<TopicIdPartition> those) {
        List<TopicIdPartition> rest = new ArrayList<>(these);
        rest.removeAll(those);
        return rest;
    }

    private Optional<HeldRecord> firstHeld(ShareFetchResponse response, Set<TopicIdPartition> partitions) {
        HeldRecord first = null;
        for (TopicIdPartition partition : partitions) {
            for (HeldRecord held : held(response, partition)) {
                if (first == null) {
                    first = held;
                } else {
                    LOG.warn("The broker locked a second record: releasing it");
                    held.acknowledge(AcknowledgeType.RELEASE);
                }
            }
        }
        return Optional.ofNullable(first);
    }

    private List<HeldRecord> held(ShareFetchResponse response, TopicIdPartition partition) {
        List<HeldRecord> held = new ArrayList<>();
        for (PartitionData data : dataOf(response, partition)) {
            tolerate(Errors.forCode(data.errorCode()), data.errorMessage());
            AcquiredRecords acquired = AcquiredRecords.of(partition.topicPartition(), data);
            acquired.gaps().forEach(offset -> acknowledge(partition, offset, GAP));
            acquired.corrupt().forEach(offset -> reject(partition, offset));
            acquired.records()
                    .forEach(record ->
                            held.add(new HeldRecord(record, type -> acknowledge(partition, record.offset(), type.id))));
        }
        return held;
    }

    private static List<PartitionData> dataOf(ShareFetchResponse response, TopicIdPartition partition) {
        return response.data().responses().stream()
                .filter(topic -> topic.topicId().equals(partition.topicId()))
                .flatMap(topic -> topic.partitions().stream())
                .filter(data -> data.partitionIndex() == partition.partition())
                .toList();
    }

    private void reject(TopicIdPartition partition, long offset) {
        LOG.error("The record {}@{} is damaged: rejecting it", partition.topicPartition(), offset);
        acknowledge(partition, offset, AcknowledgeType.REJECT.id);
    }

    /** @throws KafkaException if the broker does not take it */
    private void acknowledge(TopicIdPartition partition, long offset, byte type) {
        if (next.isNewSession()) {
            throw new InvalidRecordStateException("The session that held the record has ended");
        }
        AcknowledgementBatch batch = new AcknowledgementBatch()
                .setFirstOffset(offset)
                .setLastOffset(offset)
                .setAcknowledgeTypes(List.of(type));
        ShareAcknowledgeRequest.Builder request = ShareAcknowledgeRequest.Builder.forConsumer(
                group, next, type == AcknowledgeType.RENEW.id, Map.of(partition, List.of(batch)));
        ShareAcknowledgeResponse response = call(request, AT_ONCE, ShareAcknowledgeResponse.class);
        if (response.error() != Errors.NONE) {
            startAnew();
            throw exception(response.error(), response.data().errorMessage());
        }
        goOn(remembered);
        refuseOnError(response.data());
    }

    private static void refuseOnError(ShareAcknowledgeResponseData data) {
        data.responses()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    Errors error = Errors.forCode(partition.errorCode());
                    if (error != Errors.NONE) {
                        throw exception(error, partition.errorMessage());
                    }
                }));
    }

    /** Nobody knows what became of a request without an answer, so the row of numbers cannot go on. */
    private <T extends AbstractResponse> T call(AbstractRequest.Builder<?> request, Duration held, Class<T> answer) {
        try {
            return brokers.call(broker, request, held, answer);
        } catch (RuntimeException e) {
            startAnew();
            throw e;
        }
    }

    /** Most errors pass with the next request; what does not is thrown. */
    private void tolerate(Errors error, String message) {
        if (STALE_METADATA.contains(error)) {
            brokers.refresh();
        }
        switch (error) {
            case NONE, SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH -> {}
            case GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED, UNSUPPORTED_VERSION, INVALID_REQUEST ->
                throw exception(error, message);
            default -> trouble = error;
        }
    }

    private static KafkaException exception(Errors error, String message) {
        return message == null ? error.exception() : error.exception(message);
    }

    /** Ends the session; the broker hands what it still holds to others. */
    void close() {
        if (next.isNewSession()) {
            return;
        }
        ShareAcknowledgeRequest.Builder request =
                ShareAcknowledgeRequest.Builder.forConsumer(group, next.finalEpoch(), false, Map.of());
        try {
            call(request, AT_ONCE, ShareAcknowledgeResponse.class);
        } catch (KafkaException e) {
            LOG.warn("The share session with {} did not end cleanly: {}", broker, e.getMessage());
        }
    }
}
