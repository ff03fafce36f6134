package io.atelier.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.Cancellation;
import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import io.atelier.job.GenerationRequest;
import io.atelier.job.Priority;
import io.atelier.job.Tenant;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.format.EventDeserializationException;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.cloudevents.rw.CloudEventRWException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Between records and the objects of the contract. Writes CloudEvents 1.0 in binary mode; reads binary, structured and bare
 * JSON without any header.
 *
 * @see "CloudEvents Kafka protocol binding 1.0.2"
 */
public final class MessageCodec {
    private static final String SPEC_VERSION_HEADER = "ce_specversion";
    private static final String CONTENT_TYPE_HEADER = "content-type";
    private static final String STRUCTURED_PREFIX = "application/cloudevents";
    private static final Set<EventType> NO_STATES = EnumSet.of(EventType.REQUESTED, EventType.CANCEL);
    private static final ObjectReader GENERATIONS = Json.mapper().readerFor(Generation.class);

    /** A CloudEvents extension: whose a record is, if not the default tenant's. A bare record may have the header too. */
    private static final String TENANT = "tenant";

    public static final String TENANT_HEADER = "ce_" + TENANT;

    private final Topics topics;
    private final URI source;

    /** @param source who writes, such as {@code /atelier/worker/worker-7f}: {@code ce_source} */
    public MessageCodec(Topics topics, URI source) {
        this.topics = topics;
        this.source = source;
    }

    /** A request for its priority's topic. */
    public ProducerRecord<byte[], byte[]> write(GenerationRequest request, Instant createdAt) {
        GenerationId id = request.id();
        String topic = topics.requests(request.effectivePriority());
        return record(topic, EventType.REQUESTED, id.key(), id, createdAt, request);
    }

    /** A cancellation for its topic. */
    public ProducerRecord<byte[], byte[]> write(Cancellation cancellation, Instant time) {
        GenerationId id = cancellation.id();
        return record(topics.cancellations(), EventType.CANCEL, id.key() + "/cancel", id, time, cancellation);
    }

    /** The state of a generation as an event; progress goes to a topic of its own. */
    public ProducerRecord<byte[], byte[]> write(EventType type, Generation generation, Instant time) {
        String topic = type == EventType.PROGRESS ? topics.progress() : topics.events();
        return record(topic, type, eventId(type, generation), generation.id(), time, generation);
    }

    /** {@code ce_id}: derived from id, attempt and type, so that an event sent twice is recognised. */
    private static String eventId(EventType type, Generation generation) {
        String id = generation.id().key() + "/" + generation.attempt() + "/"
                + type.name().toLowerCase(Locale.ROOT);
        if (type != EventType.PROGRESS || generation.progress() == null) {
            return id;
        }
        return id + "/" + generation.progress().stage() + "/"
                + generation.progress().step();
    }

    private ProducerRecord<byte[], byte[]> record(
            String topic, EventType type, String eventId, GenerationId id, Instant time, Object data) {
        CloudEventBuilder event = CloudEventBuilder.v1()
                .withId(eventId)
                .withSource(source)
                .withType(type.wireName())
                .withSubject(id.value())
                .withTime(time.atOffset(ZoneOffset.UTC))
                .withData("application/json", toJson(data));
        if (!id.tenant().equals(Tenant.DEFAULT)) {
            event = event.withExtension(TENANT, id.tenant());
        }
        return KafkaMessageFactory.<byte[]>createWriter(
                        topic, null, null, id.key().getBytes(StandardCharsets.UTF_8))
                .writeBinary(event.build());
    }

    /**
     * The trace that a record belongs to: the header that tracers write, else the CloudEvents extension. Never throws for what
     * the record holds.
     */
    public Optional<TraceParent> traceParentOf(ConsumerRecord<byte[], byte[]> record) {
        return traceOf(name -> header(record, name))
                .or(() -> traceOf(name -> header(record, "ce_" + name)))
                .or(() -> structuredTrace(record));
    }

    private static Optional<TraceParent> traceOf(Function<String, Optional<String>> attributes) {
        String state = attributes.apply(TraceParent.STATE_HEADER).orElse(null);
        return attributes.apply(TraceParent.HEADER).flatMap(parent -> TraceParent.of(parent, state));
    }

    private static Optional<TraceParent> structuredTrace(ConsumerRecord<byte[], byte[]> record) {
        if (!header(record, CONTENT_TYPE_HEADER).orElse("").startsWith(STRUCTURED_PREFIX)) {
            return Optional.empty();
        }
        try {
            CloudEvent event = event(record);
            return traceOf(name -> Optional.ofNullable(event.getExtension(name)).map(Object::toString));
        } catch (GenerationException e) {
            // Whoever reads the request tells of it.
            return Optional.empty();
        }
    }

    /** Any event, in any of the three encodings; the type of a bare record is that of its topic. */
    public Optional<EventType> typeOf(ConsumerRecord<byte[], byte[]> record) {
        if (isBare(record)) {
            return record.topic().equals(topics.cancellations())
                    ? Optional.of(EventType.CANCEL)
                    : Optional.of(EventType.REQUESTED);
        }
        return EventType.of(event(record).getType());
    }

    /** What an event says. @param generation null if its body is {@code null} */
    public record StateRecord(EventType type, Generation generation) {}

    /**
     * The type of an event and the generation in it; empty for a type that tells no state.
     *
     * @throws GenerationException MALFORMED_MESSAGE if it is no event, or there is no generation in it
     */
    public Optional<StateRecord> readState(ConsumerRecord<byte[], byte[]> record) {
        if (isBare(record)) {
            // The type of a bare record is that of its topic, which is that of a state nowhere.
            return Optional.empty();
        }
        CloudEvent event = event(record);
        Optional<EventType> type = EventType.of(event.getType()).filter(of -> !NO_STATES.contains(of));
        return type.map(of -> new StateRecord(of, generation(record, data(event))));
    }

    /**
     * The generation in an event.
     *
     * @throws GenerationException MALFORMED_MESSAGE if there is none
     */
    public Generation readGeneration(ConsumerRecord<byte[], byte[]> record) {
        return generation(record, isBare(record) ? value(record) : data(event(record)));
    }

    private static Generation generation(ConsumerRecord<byte[], byte[]> record, byte[] json) {
        try {
            return GENERATIONS.readValue(json);
        } catch (IOException e) {
            throw new GenerationException(ErrorCode.MALFORMED_MESSAGE, "No generation in " + place(record), e);
        }
    }

    /**
     * Reads a record of the cancellation topic. Without an id in its body it is about the generation of its subject or key.
     *
     * @return empty for a tombstone, which takes a cancellation back to save space and says nothing
     * @throws GenerationException MALFORMED_MESSAGE if it is none
     */
    public Optional<Cancellation> readCancellation(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return Optional.empty();
        }
        Envelope envelope = new Envelope(record);
        JsonNode body = envelope.open(EventType.CANCEL);
        String reason = body.path("reason").isTextual() ? body.path("reason").textValue() : null;
        return Optional.of(new Cancellation(
                envelope.anyId()
                        .orElseThrow(() -> new GenerationException(
                                ErrorCode.MALFORMED_MESSAGE, "No generation to cancel in " + place(record))),
                reason));
    }

    /** How urgent the requests of a record's topic are. */
    public Priority priorityOf(ConsumerRecord<byte[], byte[]> record) {
        return topics.priorityOf(record.topic()).orElse(Priority.NORMAL);
    }

    /** Reads a record of a request topic. Never throws for what the record holds. */
    public RequestRecord readRequest(ConsumerRecord<byte[], byte[]> record, RequestParser parser) {
        Envelope envelope = new Envelope(record);
        try {
            JsonNode tree = envelope.open(EventType.REQUESTED);
            envelope.requireAtMost(parser.limits().maxRequestBytes());
            GenerationRequest request = parser.parse(tree);
            GenerationRequest named = request.withId(envelope.requireId(request));
            return new RequestRecord.Valid(withPriority(named, record.topic()), envelope.createdAt);
        } catch (GenerationException e) {
            return new RequestRecord.Invalid(envelope.anyId(), e, envelope.createdAt);
        }
    }

    /** A request that names no priority has that of the topic on which it was put. */
    private GenerationRequest withPriority(GenerationRequest request, String topic) {
        return request.priority() != null
                ? request
                : topics.priorityOf(topic).map(request::withPriority).orElse(request);
    }

    /** What is around a request, found out step by step, so that a failure knows as much as was found before it. */
    private static final class Envelope {
        private final ConsumerRecord<byte[], byte[]> record;
        private int bytes;
        private String bodyId;
        private String subject;
        private String tenant;
        private Instant createdAt;

        Envelope(ConsumerRecord<byte[], byte[]> record) {
            this.record = record;
            this.createdAt = Instant.ofEpochMilli(Math.max(0, record.timestamp()));
            this.subject = header(record, "ce_subject").orElse(null);
            this.tenant = header(record, TENANT_HEADER).orElse(Tenant.DEFAULT);
        }

        /** The JSON object inside; an event must be of the type that its topic takes. */
        JsonNode open(EventType type) {
            byte[] json = value(record);
            if (!isBare(record)) {
                CloudEvent event = event(record);
                subject = event.getSubject();
                tenant = event.getExtension(TENANT) == null
                        ? Tenant.DEFAULT
                        : event.getExtension(TENANT).toString();
                createdAt =
                        event.getTime() == null ? createdAt : event.getTime().toInstant();
                if (!type.wireName().equals(event.getType())) {
                    throw new GenerationException(
                            ErrorCode.MALFORMED_MESSAGE,
                            record.topic() + " takes " + type.wireName() + ", not " + event.getType());
                }
                json = data(event);
            }
            if (!Tenant.isValid(tenant)) {
                throw new GenerationException(ErrorCode.MALFORMED_MESSAGE, "Not the name of a tenant: " + tenant);
            }
            JsonNode tree = RequestParser.readObject(json);
            bodyId = tree.path("id").isTextual() ? tree.path("id").textValue() : null;
            bytes = json.length;
            return tree;
        }

        /** Looked at only when it is open: the id in the body is worth more to its submitter than the time saved. */
        void requireAtMost(int maxBytes) {
            if (bytes > maxBytes) {
                throw new GenerationException(
                        ErrorCode.REQUEST_TOO_LARGE,
                        "A request may have " + maxBytes + " bytes; this one has " + bytes);
            }
        }

        GenerationId requireId(GenerationRequest request) {
            if (request.id() != null) {
                return request.id().of(tenant);
            }
            return anyId().orElseThrow(() -> new GenerationException(
                    ErrorCode.INVALID_REQUEST,
                    "The record names no generation: give it an id in its body, in ce_subject or as its key"));
        }

        /** None for a tenant that there cannot be: nobody else may be told instead. */
        Optional<GenerationId> anyId() {
            if (!Tenant.isValid(tenant)) {
                return Optional.empty();
            }
            return Stream.of(bodyId, subject, key())
                    .filter(Objects::nonNull)
                    .filter(GenerationId::isValid)
                    .findFirst()
                    .map(id -> new GenerationId(tenant, id));
        }

        private String key() {
            if (record.key() == null) {
                return null;
            }
            String key = new String(record.key(), StandardCharsets.UTF_8);
            return key.startsWith(tenant + '/') ? key.substring(tenant.length() + 1) : key;
        }
    }

    private static boolean isBare(ConsumerRecord<byte[], byte[]> record) {
        return record.headers().lastHeader(SPEC_VERSION_HEADER) == null
                && !header(record, CONTENT_TYPE_HEADER).orElse("").startsWith(STRUCTURED_PREFIX);
    }

    private static CloudEvent event(ConsumerRecord<byte[], byte[]> record) {
        try {
            return KafkaMessageFactory.createReader(record.headers(), value(record))
                    .toEvent();
        } catch (CloudEventRWException
                | EventDeserializationException
                | IllegalArgumentException
                | IllegalStateException
                | NullPointerException e) {
            // The last one is what the library makes of a header without a value.
            throw new GenerationException(
                    ErrorCode.MALFORMED_MESSAGE, "No CloudEvent in " + place(record) + ": " + e.getMessage(), e);
        }
    }

    private static byte[] data(CloudEvent event) {
        CloudEventData data = event.getData();
        return data == null ? new byte[0] : data.toBytes();
    }

    private static byte[] value(ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null ? new byte[0] : record.value();
    }

    private static Optional<String> header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? Optional.empty()
                : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }

    private static String place(ConsumerRecord<byte[], byte[]> record) {
        return record.topic() + "-" + record.partition() + "@" + record.offset();
    }

    private static byte[] toJson(Object value) {
        try {
            return Json.mapper().writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write " + value.getClass().getSimpleName(), e);
        }
    }
}
