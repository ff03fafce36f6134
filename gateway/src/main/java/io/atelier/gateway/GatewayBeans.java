package io.atelier.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.atelier.gateway.access.TenantLimits;
import io.atelier.gateway.api.AllowedMethods;
import io.atelier.gateway.api.AsyncApiResource;
import io.atelier.gateway.api.ClusterResource;
import io.atelier.gateway.api.EventStreams;
import io.atelier.gateway.api.EventsResource;
import io.atelier.gateway.api.GenerationsResource;
import io.atelier.gateway.api.ListingResource;
import io.atelier.gateway.api.PicturesResource;
import io.atelier.gateway.api.Presenter;
import io.atelier.gateway.api.SchemasResource;
import io.atelier.gateway.api.WebhookDeliveriesResource;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.gateway.doors.ImagesResource;
import io.atelier.gateway.doors.ModelPredictionsResource;
import io.atelier.gateway.doors.Prediction;
import io.atelier.gateway.doors.PredictionsResource;
import io.atelier.gateway.jobs.ChangeReader;
import io.atelier.gateway.jobs.GenerationUpdates;
import io.atelier.gateway.jobs.Generations;
import io.atelier.gateway.jobs.JdbcJobs;
import io.atelier.gateway.jobs.JobQueries;
import io.atelier.gateway.jobs.Jobs;
import io.atelier.gateway.jobs.KafkaRequestLog;
import io.atelier.gateway.jobs.RequestLog;
import io.atelier.gateway.jobs.SubmissionClaims;
import io.atelier.gateway.jobs.UnfinishedJobs;
import io.atelier.gateway.kafka.ConfiguredKafkaClients;
import io.atelier.gateway.kafka.KafkaClients;
import io.atelier.gateway.queue.QueueWatch;
import io.atelier.gateway.store.Database;
import io.atelier.gateway.trace.TracedRequestLog;
import io.atelier.gateway.webhooks.Outbox;
import io.atelier.gateway.webhooks.WebhookView;
import io.atelier.gateway.workers.LiveWorkers;
import io.atelier.job.Generation;
import io.atelier.message.Json;
import io.atelier.message.MessageCodec;
import io.atelier.message.RequestParser;
import io.atelier.message.Topics;
import io.atelier.storage.ImageStore;
import io.atelier.storage.S3ImageStore;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;

/** Puts the gateway's plain classes together. */
public class GatewayBeans {
    static final URI SOURCE = URI.create("/atelier/gateway");

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    ObjectMapper objectMapper() {
        return Json.mapper().copy();
    }

    @Produces
    @Singleton
    Topics topics(GatewayConfig config) {
        return new Topics(config.topics().prefix());
    }

    @Produces
    @Singleton
    MessageCodec codec(Topics topics) {
        return new MessageCodec(topics, SOURCE);
    }

    @Produces
    @Singleton
    RequestParser parser(GatewayConfig config) {
        return new RequestParser(config.limits().values());
    }

    @Produces
    @DefaultBean
    @ApplicationScoped
    ImageStore imageStore(GatewayConfig config) {
        return new S3ImageStore(config.storage().settings());
    }

    void closeImageStore(@Disposes ImageStore store) {
        store.close();
    }

    @Produces
    @DefaultBean
    @Singleton
    KafkaClients kafkaClients(GatewayConfig config, Topics topics) {
        GatewayConfig.Kafka kafka = config.kafka();
        boolean alone = config.store().kind() != GatewayConfig.Store.Kind.POSTGRESQL;
        Optional<String> instanceId = kafka.instanceId().or(() -> alone ? Optional.of("gateway") : Optional.empty());
        return new ConfiguredKafkaClients(kafka, instanceId, kafka.properties(), topics);
    }

    /** Lazy, so that nothing looks for the broker before the start does. */
    @Produces
    @ApplicationScoped
    RequestLog requestLog(KafkaClients clients, Topics topics, MessageCodec codec, Clock clock, Tracer tracer) {
        return new TracedRequestLog(new KafkaRequestLog(clients.producer(), topics, codec, clock), tracer);
    }

    void closeRequestLog(@Disposes RequestLog log) {
        log.close();
    }

    @Produces
    @Singleton
    Database database(GatewayConfig config) {
        return Database.open(config.store().settings());
    }

    void closeDatabase(@Disposes Database database) {
        database.close();
    }

    @Produces
    @Singleton
    DataSource dataSource(Database database) {
        return database.dataSource();
    }

    @Produces
    @Singleton
    JobQueries jobQueries(DataSource dataSource) {
        return new JobQueries(dataSource);
    }

    @Produces
    @Singleton
    LiveWorkers liveWorkers(Clock clock) {
        return new LiveWorkers(clock);
    }

    @Produces
    @Singleton
    QueueWatch queueWatch(KafkaClients clients, Topics topics, JobQueries queries, LiveWorkers workers, Clock clock) {
        return new QueueWatch(clients, topics, queries, workers, clock);
    }

    @Produces
    @Singleton
    Jobs jobs(DataSource dataSource, Outbox outbox, RequestLog log, GatewayConfig config) {
        return new JdbcJobs(
                dataSource,
                outbox,
                request -> log.announce(request.generation(), request.trace()),
                config.store().kind() == GatewayConfig.Store.Kind.POSTGRESQL);
    }

    @Produces
    @Singleton
    SubmissionClaims submissionClaims(DataSource dataSource) {
        return new SubmissionClaims(dataSource);
    }

    @Produces
    @Singleton
    GenerationUpdates updates() {
        return new GenerationUpdates();
    }

    @Produces
    @Singleton
    ChangeReader changeReader(Topics topics, MessageCodec codec, RequestParser parser) {
        return new ChangeReader(topics, codec, parser);
    }

    @Produces
    @Singleton
    Generations generations(
            Jobs jobs,
            SubmissionClaims claims,
            RequestLog log,
            GenerationUpdates updates,
            JobQueries queries,
            TenantLimits limits,
            Clock clock,
            CallThreads threads) {
        UnfinishedJobs unfinished = new UnfinishedJobs(queries, limits::unfinishedJobs);
        return new Generations(jobs, claims, log, updates, clock, threads, unfinished);
    }

    @Produces
    @Singleton
    Presenter presenter(ImageStore store, GatewayConfig config) {
        return new Presenter(
                store,
                config.storage().bucket(),
                config.storage().presignValidity(),
                config.storage().isPrivate(),
                config.http().publicUrl());
    }

    @Produces
    @Singleton
    WebhookView webhookView(Presenter presenter) {
        return new WebhookView() {
            @Override
            public Generation present(Generation generation, URI base) {
                return presenter.present(generation, base);
            }

            @Override
            public Object prediction(Generation presented) {
                return Prediction.of(presented);
            }
        };
    }

    @Produces
    @Singleton
    EventStreams eventStreams(
            Generations generations,
            GenerationUpdates updates,
            Presenter presenter,
            GatewayConfig config,
            ScheduledExecutorService timer,
            CallThreads threads) {
        return new EventStreams(generations, updates, presenter, config.http().heartbeat(), timer, threads);
    }

    @Produces
    @Singleton
    AllowedMethods allowedMethods() {
        return new AllowedMethods(List.of(
                AsyncApiResource.class,
                ClusterResource.class,
                EventsResource.class,
                GenerationsResource.class,
                ImagesResource.class,
                ListingResource.class,
                ModelPredictionsResource.class,
                PicturesResource.class,
                PredictionsResource.class,
                SchemasResource.class,
                WebhookDeliveriesResource.class));
    }
}
