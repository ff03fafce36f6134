package io.atelier.gateway.jobs;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Generation;
import io.atelier.job.GenerationRequest;
import io.atelier.message.EventType;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestDigest;
import io.atelier.message.RequestParser;
import io.atelier.message.RequestRecord;
import io.atelier.message.Topics;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads what records say. A record that says nothing readable is logged, without its content, and passed over. */
public final class ChangeReader {
    private static final System.Logger LOG = System.getLogger(ChangeReader.class.getName());

    private final Topics topics;
    private final MessageCodec codec;
    private final RequestParser parser;

    public ChangeReader(Topics topics, MessageCodec codec, RequestParser parser) {
        this.topics = topics;
        this.codec = codec;
        this.parser = parser;
    }

    /** Empty for an unreadable record and for types that this version does not know. */
    public Optional<Change> read(ConsumerRecord<byte[], byte[]> record) {
        try {
            return topics.requests().contains(record.topic()) ? request(record) : event(record);
        } catch (GenerationException e) {
            LOG.log(
                    Level.WARNING,
                    "Passing over " + place(record) + ": " + e.code().wireName());
            return Optional.empty();
        }
    }

    /** An invalid request gets its terminal event from the worker that meets it. */
    private Optional<Change> request(ConsumerRecord<byte[], byte[]> record) {
        RequestRecord read = codec.readRequest(record, parser);
        GenerationRequest asked = read.requireRequest();
        return Optional.of(new Change.Requested(
                Generation.queued(asked, read.createdAt()),
                Optional.of(RequestDigest.of(asked)),
                codec.traceParentOf(record)));
    }

    private Optional<Change> event(ConsumerRecord<byte[], byte[]> record) {
        Optional<MessageCodec.StateRecord> state = codec.readState(record);
        if (state.isEmpty()) {
            return Optional.empty();
        }
        EventType type = state.get().type();
        Generation generation = state.get().generation();
        if (generation == null
                || generation.id() == null
                || generation.tenant() == null
                || generation.status() == null
                || generation.createdAt() == null
                || !fits(type, generation)) {
            throw new GenerationException(ErrorCode.MALFORMED_MESSAGE, "No complete generation in " + place(record));
        }
        return Optional.of(new Change.Told(generation, codec.traceParentOf(record)));
    }

    private static boolean fits(EventType type, Generation generation) {
        EventType arrival = EventType.of(generation.status());
        return type == arrival || type == EventType.PROGRESS && arrival == EventType.STARTED;
    }

    private static String place(ConsumerRecord<byte[], byte[]> record) {
        return record.topic() + "-" + record.partition() + "@" + record.offset();
    }
}
