package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.gateway.jobs.Samples;
import io.atelier.job.Progress;
import io.atelier.message.EventType;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readers of event streams who together get more than ten thousand events. */
@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class ManyEventsHttpTest extends HttpTest {
    private static final int READERS_EACH = 8;
    private static final int STEPS = 450;
    /** So few that a reader who is read only after all others is never as far behind as one that is cut off. */
    private static final int BURST = 50;

    private final List<Reader> readers = new ArrayList<>();
    private int events;

    /** Who follows one generation. */
    private record Reader(String generation, EventLines lines) {}

    @AfterEach
    void leave() throws IOException {
        for (Reader reader : readers) {
            reader.lines.close();
        }
    }

    /** An event that is lost is waited for; the limit makes a failure of it. */
    @Test
    @Timeout(120)
    void all_events_reach_all_readers_in_order_though_one_does_not_keep_up() throws Exception {
        String large = id + "-large";
        List<String> drawn = List.of(large, id + "-2", id + "-3");
        for (String one : drawn) {
            post(request(one));
            for (int i = 0; i < READERS_EACH; i++) {
                assertNext(join(one, null), "0-queued", "queued");
            }
        }
        try (Socket slow = slowReader(large)) {
            until(this::listeners, count -> count == readers.size() + 1);
            for (String one : drawn) {
                told(EventType.STARTED, Samples.started(one, 1));
            }
            for (Reader reader : readers) {
                assertNext(reader, "1-processing", "processing");
            }

            for (int done = 0; done < STEPS; done += BURST) {
                for (int step = done + 1; step <= done + BURST; step++) {
                    for (String one : drawn) {
                        tell(
                                EventType.PROGRESS,
                                Samples.started(one, 1).toBuilder()
                                        .progress(new Progress("base", step, STEPS, preview(one, step)))
                                        .build());
                    }
                }
                for (Reader reader : readers) {
                    assertSteps(reader, done + 1, done + BURST);
                }
                slow.getInputStream().readNBytes(1000);
                changePlaces(drawn, done + BURST);
            }

            until(this::listeners, count -> count == readers.size());
        }
        for (String one : drawn) {
            tell(EventType.SUCCEEDED, Samples.succeeded(one, 1));
        }
        for (Reader reader : readers) {
            assertNext(reader, "1-succeeded", "succeeded");
            assertThat(reader.lines.next()).as("after the end").isNull();
        }
        assertThat(events).isGreaterThan(10_000);
    }

    /** The first reader of each generation leaves and comes again, at once or when there is news, and another joins. */
    private void changePlaces(List<String> drawn, int step) throws Exception {
        for (String one : drawn) {
            String now = "1-processing-base-" + step;
            if (step == 2 * BURST) {
                assertNext(join(one, null), now, "processing");
                leaveFirst(one);
                join(one, now);
            } else if (step == 4 * BURST) {
                leaveFirst(one);
                assertNext(join(one, "1-processing-base-" + (step - BURST)), now, "processing");
            }
        }
        if (step <= 4 * BURST) {
            // The slow one is not cut off yet.
            until(this::listeners, count -> count == readers.size() + 1);
        }
    }

    private void leaveFirst(String generation) throws IOException {
        Reader first = readers.stream()
                .filter(reader -> reader.generation.equals(generation))
                .findFirst()
                .orElseThrow();
        first.lines.close();
        readers.remove(first);
    }

    private Reader join(String generation, String lastEventId) throws Exception {
        // Each on a connection of its own: over HTTP/2 all would share one window, and those that are not read yet
        // would fill it.
        HttpRequest.Builder request =
                HttpRequest.newBuilder(generations.resolve(path(generation))).version(HttpClient.Version.HTTP_1_1);
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        InputStream stream = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream())
                .body();
        Reader reader = new Reader(generation, new EventLines(stream));
        readers.add(reader);
        return reader;
    }

    /** With buffers so small that what it does not take is soon the gateway's to keep. */
    private Socket slowReader(String generation) throws IOException {
        Socket slow = new Socket();
        slow.setReceiveBufferSize(4096);
        slow.connect(new InetSocketAddress(generations.getHost(), generations.getPort()));
        slow.getOutputStream()
                .write(("GET " + path(generation) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return slow;
    }

    private void assertSteps(Reader reader, int from, int to) throws IOException {
        for (int step = from; step <= to; step++) {
            assertNext(reader, "1-processing-base-" + step, "progress");
            assertThat(reader.lines.data().at("/progress/preview").textValue())
                    .isEqualTo(preview(reader.generation, step));
        }
    }

    private void assertNext(Reader reader, String id, String name) throws IOException {
        EventLines.Event event = reader.lines.next();
        assertThat(event).isNotNull();
        assertThat(event.id()).isEqualTo(id);
        assertThat(event.name()).isEqualTo(name);
        assertThat(reader.lines.data().path("id").textValue()).isEqualTo(reader.generation);
        events++;
    }

    /** Every tenth has one, and all of those that must fill the buffers of a reader who takes nothing. */
    private static String preview(String generation, int step) {
        if (generation.endsWith("-large")) {
            return "data:image/jpeg;base64," + step + "A".repeat(40_000);
        }
        return step % 10 == 0 ? "data:image/jpeg;base64," + step : null;
    }

    private static String path(String generation) {
        return "/v1/generations/" + generation + "/events";
    }
}
