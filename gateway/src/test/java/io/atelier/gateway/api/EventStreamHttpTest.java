package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Generation;
import io.atelier.job.Progress;
import io.atelier.message.EventType;
import io.atelier.testing.Exchange;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class EventStreamHttpTest extends HttpTest {
    @Test
    void progress_shows_while_the_generation_runs() throws Exception {
        tell(EventType.STARTED, Samples.started(id, 1));
        tell(EventType.PROGRESS, Samples.progressed(id, 1, "base", 7));

        JsonNode found = json(until(
                () -> get("/v1/generations/" + id),
                r -> r.statusCode() == 200 && r.body().contains("\"step\":7")));

        assertThat(found.path("progress").path("stage").textValue()).isEqualTo("base");
        assertThat(found.path("status").textValue()).isEqualTo("processing");
    }

    @Test
    void an_event_stream_begins_with_the_state_and_ends_with_the_generation() throws Exception {
        post(request(id));
        HttpResponse<InputStream> stream = open(null);
        assertThat(stream.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        try (EventLines lines = new EventLines(stream.body())) {
            assertThat(next(lines)).isEqualTo(new EventLines.Event("0-queued", "queued", "queued"));
            tell(EventType.STARTED, Samples.started(id, 1));
            assertThat(next(lines)).isEqualTo(new EventLines.Event("1-processing", "processing", "processing"));
            tell(EventType.PROGRESS, Samples.progressed(id, 1, "base", 1));
            assertThat(next(lines)).isEqualTo(new EventLines.Event("1-processing-base-1", "progress", "processing"));
            tell(EventType.STARTED, Samples.started(id, 1));
            tell(EventType.FAILED, Samples.failed(id, 1));
            assertThat(next(lines)).isEqualTo(new EventLines.Event("1-failed", "failed", "failed"));
            assertThat(next(lines)).isNull();
        }
    }

    @Test
    void an_event_stream_of_a_finished_generation_is_its_state_alone() throws Exception {
        tell(EventType.SUCCEEDED, Samples.succeeded(id, 1));
        until(() -> get("/v1/generations/" + id), HttpTest::succeeded);

        HttpResponse<String> stream = get("/v1/generations/" + id + "/events");

        assertThat(stream.body()).contains("event:succeeded").containsOnlyOnce("data:");
    }

    @Test
    void every_event_has_an_id_from_which_a_reader_goes_on() throws Exception {
        post(request(id));
        told(EventType.STARTED, Samples.started(id, 1));
        String first;
        try (EventLines lines = follow(null)) {
            first = next(lines).id();
        }
        assertThat(first).isEqualTo("1-processing");

        try (EventLines lines = follow(first)) {
            tell(EventType.PROGRESS, Samples.progressed(id, 1, "base", 3));
            EventLines.Event event = next(lines);
            assertThat(event.id()).isEqualTo("1-processing-base-3");
        }
        try (EventLines lines = follow("of another time")) {
            assertThat(next(lines).id()).isEqualTo("1-processing-base-3");
        }
    }

    @Test
    void a_reader_that_has_had_the_end_is_told_not_to_come_again() throws Exception {
        told(EventType.CANCELED, Samples.canceled(id, 1));

        HttpResponse<String> again =
                call(HttpRequest.newBuilder(generations.resolve(path())).header("Last-Event-ID", "1-canceled"));

        assertThat(again.statusCode()).isEqualTo(204);
    }

    @Test
    void who_asks_for_the_head_alone_has_the_connection_back_at_once() throws Exception {
        post(request(id));
        try (Socket socket = new Socket(generations.getHost(), generations.getPort())) {
            socket.setSoTimeout(5_000);
            String host = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream()
                    .write(("HEAD " + path() + host + "GET /v1/nothing" + host).getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));

            List<String> answers = new ArrayList<>();
            while (answers.size() < 2) {
                String line = lines.readLine();
                if (line.startsWith("HTTP/1.1 ")) {
                    answers.add(line);
                }
            }

            assertThat(answers).containsExactly("HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found");
        }
    }

    @Test
    void a_stream_on_which_nothing_happens_gives_signs_of_life() throws Exception {
        post(request(id));
        HttpResponse<InputStream> stream = open(null);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (!line.startsWith(":")) {
                line = lines.readLine();
            }
            assertThat(line).contains("still here");
        }
    }

    @Test
    void hundreds_of_readers_all_hear_the_end() throws Exception {
        int readers = 300;
        post(request(id));
        List<CompletableFuture<HttpResponse<String>>> streams = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            streams.add(client.sendAsync(
                    HttpRequest.newBuilder(generations.resolve(path())).build(), HttpResponse.BodyHandlers.ofString()));
        }
        until(this::listeners, count -> count >= readers);

        tell(EventType.STARTED, Samples.started(id, 1));
        for (int step = 1; step <= 10; step++) {
            tell(EventType.PROGRESS, Samples.progressed(id, 1, "base", step));
        }
        // The two topics are followed at once, and what comes after the end is no news.
        until(() -> get("/v1/generations/" + id), r -> r.body().contains("\"step\":10"));
        tell(EventType.SUCCEEDED, Samples.succeeded(id, 1));

        for (CompletableFuture<HttpResponse<String>> stream : streams) {
            String events = stream.get(30, TimeUnit.SECONDS).body();
            assertThat(events).contains("event:queued", "event:succeeded", "\"step\":10");
            assertThat(events).containsOnlyOnce("event:succeeded");
        }
        until(this::listeners, count -> count == 0);
    }

    /** A reader that takes nothing any more must not make the gateway keep what it does not take. */
    @Test
    void a_reader_that_does_not_read_is_hung_up_on() throws Exception {
        post(request(id));
        told(EventType.STARTED, Samples.started(id, 1));
        try (Socket deaf = new Socket()) {
            deaf.setReceiveBufferSize(4096);
            deaf.connect(new InetSocketAddress(generations.getHost(), generations.getPort()));
            deaf.getOutputStream()
                    .write(("GET " + path() + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            until(this::listeners, count -> count == 1);
            // Large events, so that the buffers of both systems are full soon.
            Generation large = Samples.started(id, 1).toBuilder()
                    .warnings(List.of("w".repeat(60_000)))
                    .build();
            for (int step = 1; step <= 600; step++) {
                tell(
                        EventType.PROGRESS,
                        large.toBuilder()
                                .progress(new Progress("base", step, 1000))
                                .build());
            }

            until(this::listeners, count -> count == 0);
            // It never read a byte, so an orderly close could not have reached it.
            until(() -> isClosed(deaf), closed -> closed);
        }
    }

    /** A system answers what comes to a closed connection with a reset. */
    private static boolean isClosed(Socket socket) {
        try {
            socket.getOutputStream().write('\n');
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private String path() {
        return "/v1/generations/" + id + "/events";
    }

    private HttpResponse<InputStream> open(String lastEventId) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(generations.resolve(path()));
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private EventLines follow(String lastEventId) throws IOException, InterruptedException {
        return new EventLines(open(lastEventId).body());
    }

    /** As the API description has it. */
    private EventLines.Event next(EventLines lines) throws IOException, InterruptedException {
        EventLines.Event event = lines.next();
        if (event != null) {
            Map<String, String> headers = Map.of("Content-Type", "text/event-stream");
            assertThat(document().problems(new Exchange("GET", path(), "", 200, headers, lines.text())))
                    .as(lines.text())
                    .isEmpty();
        }
        return event;
    }
}
