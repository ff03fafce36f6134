package io.atelier.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TraceExportTest {
    @Test
    void spans_reach_the_collector_under_the_name_of_their_service() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 4);
        collector.createContext("/v1/traces", exchange -> {
            // Protocol buffers hold texts as they are.
            received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try {
            URI endpoint =
                    URI.create("http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces");
            try (TraceExport export = TraceExport.open(Optional.of(endpoint), "atelier-tested", "number-one")) {
                Span span = export.tracer().spanBuilder("step").startSpan();
                span.end();
            }

            assertThat(received.poll(30, TimeUnit.SECONDS))
                    .isNotNull()
                    .contains("atelier-tested", "number-one", "step");
        } finally {
            collector.stop(0);
        }
    }

    @Test
    void without_a_collector_nothing_is_recorded() {
        try (TraceExport export = TraceExport.open(Optional.empty(), "atelier-tested", "number-one")) {
            Span span = export.tracer().spanBuilder("step").startSpan();
            assertThat(span.isRecording()).isFalse();
            assertThat(TraceHeaders.parent(Context.root().with(span))).isEmpty();
        }
    }
}
