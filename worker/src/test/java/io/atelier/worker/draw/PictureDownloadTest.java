package io.atelier.worker.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.job.GenerationInput;
import io.atelier.message.Json;
import io.atelier.net.TargetGuard;
import io.atelier.net.TargetRules;
import io.atelier.sdxl.PictureFiles;
import io.atelier.sdxl.StartImage;
import io.atelier.worker.storage.MemoryStore;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureDownloadTest {
    private static final int MAX_BYTES = 20_000;
    private static final TargetRules RULES =
            TargetRules.parse(true, List.of("1-65535"), List.of("127.0.0.1"), List.of());

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final TargetGuard guard = new TargetGuard(RULES, host -> {
        if (host.equals("nowhere.example")) {
            throw new UnknownHostException(host);
        }
        return List.of(InetAddress.getByName(host.equals("inside.example") ? "127.0.0.9" : "127.0.0.1"));
    });
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 16);
        server.setExecutor(threads);
        server.start();
        serve("/start.png", PictureFiles.bytes("start.png"));
        serve("/mask.png", PictureFiles.bytes("mask.png"));
        serve("/text.png", "<html>no picture</html>".getBytes());
        serve("/big.png", new byte[MAX_BYTES + 1]);
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void picture_and_mask_come_from_urls() {
        StartImage start = start("http://pictures.example:%d/start.png", "http://127.0.0.1:%d/mask.png");

        assertThat(start.image().width()).isEqualTo(128);
        assertThat(start.mask()).isPresent();
    }

    @Test
    void the_server_is_told_what_is_wanted_and_nothing_else() {
        AtomicReference<Map<String, List<String>>> headers = new AtomicReference<>();
        handle("/seen.png", exchange -> {
            headers.set(Map.copyOf(exchange.getRequestHeaders()));
            answer(exchange, 200, PictureFiles.bytes("start.png"));
        });

        start("http://127.0.0.1:%d/seen.png", null);

        assertThat(headers.get().keySet())
                .containsExactlyInAnyOrder("Accept", "Accept-encoding", "Connection", "Host", "User-agent");
        assertThat(headers.get().get("Accept-encoding")).containsExactly("identity");
    }

    @Test
    void https_is_checked_against_the_certificate() throws Exception {
        HeldCertificate certificate = new HeldCertificate.Builder()
                .addSubjectAlternativeName("pictures.example")
                .build();
        HandshakeCertificates ofServer =
                new HandshakeCertificates.Builder().heldCertificate(certificate).build();
        HandshakeCertificates ofClient = new HandshakeCertificates.Builder()
                .addTrustedCertificate(certificate.certificate())
                .build();
        HttpsServer secure = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 16);
        secure.setHttpsConfigurator(new HttpsConfigurator(ofServer.sslContext()));
        secure.createContext("/", exchange -> answer(exchange, 200, new byte[] {1, 2, 3}));
        secure.start();
        try {
            PictureDownload trusting = new PictureDownload(
                    guard,
                    Duration.ofSeconds(20),
                    client -> client.sslSocketFactory(ofClient.sslSocketFactory(), ofClient.trustManager()));
            int port = secure.getAddress().getPort();

            assertThat(trusting.fetchFirst("https://pictures.example:" + port + "/a.png", 10))
                    .containsExactly(1, 2, 3);
            assertThatThrownBy(() -> trusting.fetchFirst("https://other.example:" + port + "/a.png", 10))
                    .isInstanceOf(PictureDownload.Failure.class)
                    .hasMessageContaining("SSLPeerUnverified");
            assertThatThrownBy(() -> download(Duration.ofSeconds(20))
                            .fetchFirst("https://pictures.example:" + port + "/a.png", 10))
                    .isInstanceOf(PictureDownload.Failure.class)
                    .hasMessageContaining("SSLHandshake");
        } finally {
            secure.stop(0);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://127.0.0.1:%d/missing.png       | invalid_request   | status 404",
                "http://127.0.0.1:%d/text.png          | invalid_request   | input.image",
                "http://127.0.0.1:%d/big.png           | invalid_request   | 20000 bytes at most",
                "http://127.0.0.1:%d/status/301        | invalid_request   | redirects are not followed",
                "http://127.0.0.1:%d/status/304        | invalid_request   | redirects are not followed",
                "http://127.0.0.1:%d/status/401        | invalid_request   | status 401",
                "http://127.0.0.1:%d/status/410        | invalid_request   | status 410",
                "http://127.0.0.1:%d/status/204        | invalid_request   | status 204",
                "http://127.0.0.1:%d/status/408        | input_unavailable | status 408",
                "http://127.0.0.1:%d/status/429        | input_unavailable | status 429",
                "http://127.0.0.1:%d/status/500        | input_unavailable | status 500",
                "http://127.0.0.1:%d/status/503        | input_unavailable | status 503",
                "http://nowhere.example:%d/a.png       | input_unavailable | was not found",
                "http://inside.example:%d/a.png        | invalid_request   | is refused: it leads to a loopback",
                "http://127.0.0.9:%d/a.png             | invalid_request   | is refused: it is a loopback",
                "HTTP://me:secret@127.0.0.1:%d/a.png   | invalid_request   | may not carry user",
                "http://127.0.0.1:%d/missing.png?k=secret#secret | invalid_request | status 404"
            })
    void what_cannot_be_had_is_told_without_the_keys_in_the_url(String url, String code, String message) {
        for (int status : List.of(204, 301, 304, 401, 408, 410, 429, 500, 503)) {
            handle("/status/" + status, exchange -> {
                exchange.getResponseHeaders().add("Location", "/start.png");
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
            });
        }

        assertThatThrownBy(() -> start(url, null)).isInstanceOfSatisfying(GenerationException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.of(code));
            assertThat(e.getMessage()).startsWith("input.image: ").contains(message);
            assertThat(e.details())
                    .singleElement()
                    .satisfies(detail -> assertThat(detail.value())
                            .startsWithIgnoringCase("\"http://")
                            .doesNotContain("secret"));
        });
    }

    @Test
    void http_is_refused_unless_it_is_configured() {
        TargetRules usual = TargetRules.parse(false, List.of("1-65535"), List.of("127.0.0.1"), List.of());
        PictureDownload download =
                new PictureDownload(new TargetGuard(usual, host -> List.of()), Duration.ofSeconds(20));

        assertThatThrownBy(() -> download.fetchFirst("http://127.0.0.1:" + port() + "/start.png", 10))
                .isInstanceOf(PictureDownload.Failure.class)
                .hasMessage("Host \"127.0.0.1\" is refused: only https is allowed");
    }

    @Test
    void urls_can_be_switched_off() {
        InputPictures none = pictures(Optional.empty());

        assertThatThrownBy(() -> none.start("default", input("https://pictures.example/a.png", null), 30))
                .isInstanceOfSatisfying(
                        GenerationException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED));
    }

    @Test
    void an_answer_without_end_is_read_up_to_the_limit() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        handle("/flood.png", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                while (true) {
                    out.write(new byte[1 << 16]);
                    sent.addAndGet(1 << 16);
                }
            } catch (IOException closed) {
                exchange.close();
            }
        });

        byte[] beginning = download(Duration.ofMinutes(1)).fetchFirst(url("/flood.png"), MAX_BYTES);

        assertThat(beginning).hasSize(MAX_BYTES);
    }

    @Test
    void a_host_that_hangs_is_given_up() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> download(Duration.ofMillis(300))
                            .fetchFirst("http://127.0.0.1:" + silent.getLocalPort() + "/a.png", 10))
                    .isInstanceOfSatisfying(
                            PictureDownload.Failure.class,
                            e -> assertThat(e.retryable()).isTrue())
                    .hasMessageContaining("took longer than");
        }
    }

    /** One byte now and then keeps every read alive, but not the whole call. */
    @Test
    void a_host_that_drips_is_given_up() {
        handle("/drip.png", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                while (true) {
                    out.write(0);
                    out.flush();
                    Thread.onSpinWait();
                }
            } catch (IOException closed) {
                exchange.close();
            }
        });

        assertThatThrownBy(() -> download(Duration.ofMillis(300)).fetchFirst(url("/drip.png"), Integer.MAX_VALUE))
                .isInstanceOfSatisfying(
                        PictureDownload.Failure.class,
                        e -> assertThat(e.retryable()).isTrue());
    }

    @Test
    void a_connection_that_breaks_can_be_tried_again() throws Exception {
        try (ServerSocket broken = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            threads.execute(() -> {
                try (Socket connection = broken.accept()) {
                    connection.getInputStream().read();
                    connection.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".getBytes());
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });

            assertThatThrownBy(() -> download(Duration.ofSeconds(20))
                            .fetchFirst("http://127.0.0.1:" + broken.getLocalPort() + "/a.png", 10))
                    .isInstanceOfSatisfying(
                            PictureDownload.Failure.class,
                            e -> assertThat(e.retryable()).isTrue())
                    .hasMessageContaining("gave no whole answer");
        }
    }

    private StartImage start(String image, String mask) {
        return pictures(Optional.of(download(Duration.ofSeconds(20))))
                .start("default", input(image.formatted(port()), mask == null ? null : mask.formatted(port())), 30)
                .orElseThrow();
    }

    private static InputPictures pictures(Optional<PictureDownload> download) {
        return new InputPictures(
                new MemoryStore(), Map.of(), download, new InputPictures.Limits(MAX_BYTES, 200 * 200, 160, 160 * 150));
    }

    private static GenerationInput input(String image, String mask) {
        try {
            String maskField = mask == null ? "" : ",\"mask_image\":\"" + mask + '"';
            return Json.mapper()
                    .readValue("{\"prompt\":\"x\",\"image\":\"" + image + '"' + maskField + "}", GenerationInput.class);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private PictureDownload download(Duration timeout) {
        return new PictureDownload(guard, timeout);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private void serve(String path, byte[] content) {
        handle(path, exchange -> answer(exchange, 200, content));
    }

    private void handle(String path, HttpHandler handler) {
        server.createContext(path, handler);
    }

    private static void answer(HttpExchange exchange, int status, byte[] content) throws IOException {
        exchange.sendResponseHeaders(status, content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }
}
