package io.atelier.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dials for real, on two addresses of the loopback interface of which one is allowed. */
class TargetGuardTest {
    private static final String OPEN = "127.0.0.2";
    private static final String INTERNAL = "127.0.0.1";

    private final AtomicInteger internalCalls = new AtomicInteger();
    private HttpServer open;
    private HttpServer internal;

    /** On the same port: one that the system found free on one address may be taken on the other. */
    private void startBoth() throws IOException {
        while (internal == null) {
            open = server(OPEN, 0);
            try {
                internal = server(INTERNAL, port());
            } catch (BindException e) {
                open.stop(0);
            }
        }
    }

    @BeforeEach
    void start() throws IOException {
        startBoth();
        internal.createContext("/", exchange -> {
            internalCalls.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        open.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
    }

    @AfterEach
    void stop() {
        open.stop(0);
        internal.stop(0);
    }

    @Test
    void an_allow_list_opens_what_is_refused_otherwise() throws Exception {
        assertThat(get(guard(), "http://" + OPEN + ":" + port())).isEqualTo(200);
        assertThatThrownBy(() -> get(guard(), "http://" + INTERNAL + ":" + port()))
                .isInstanceOf(RefusedTargetException.class)
                .hasMessage("Host \"127.0.0.1\" is refused: it is a loopback address (RFC 1122)");
    }

    @Test
    void further_blocks_can_be_refused() {
        TargetRules rules = TargetRules.parse(false, List.of("443"), List.of(), List.of("9.9.0.0/16"));
        TargetGuard guard = new TargetGuard(rules, host -> addresses("9.9.9.9"));

        assertThatThrownBy(() -> guard.client().build().dns().lookup("inside.example"))
                .isInstanceOf(RefusedTargetException.class)
                .hasMessageContaining("inside.example");
    }

    /** The resolver answers well whenever asked in odd turns, and badly in even ones. */
    @Test
    void a_name_that_changes_between_two_lookups_gains_nothing() throws Exception {
        List<String> lookups = new ArrayList<>();
        Iterator<String> answers =
                List.of(OPEN, INTERNAL, OPEN, INTERNAL, INTERNAL).iterator();
        TargetGuard guard = new TargetGuard(rules(), host -> {
            lookups.add(host);
            return addresses(answers.next());
        });
        String url = "http://rebind.example:" + port();

        assertThat(get(guard, url)).isEqualTo(200);
        assertThat(lookups).as("one lookup for one connection").hasSize(1);
        assertThatThrownBy(() -> get(guard, url)).isInstanceOf(RefusedTargetException.class);
        assertThat(get(guard, url)).isEqualTo(200);
        assertThatThrownBy(() -> get(guard, url)).isInstanceOf(RefusedTargetException.class);

        assertThat(internalCalls).hasValue(0);
    }

    @Test
    void a_kept_connection_asks_nobody_again() throws Exception {
        Iterator<String> answers = List.of(OPEN, INTERNAL).iterator();
        TargetGuard guard = new TargetGuard(rules(), host -> addresses(answers.next()));
        OkHttpClient client = guard.client().build();
        Request request =
                new Request.Builder().url("http://rebind.example:" + port()).build();

        for (int i = 0; i < 2; i++) {
            try (Response response = client.newCall(request).execute()) {
                assertThat(response.code()).isEqualTo(200);
            }
        }
        assertThat(internalCalls).hasValue(0);
    }

    @Test
    void an_answer_with_one_bad_address_is_refused_whole() {
        TargetGuard guard = new TargetGuard(rules(), host -> addresses(OPEN, INTERNAL));

        assertThatThrownBy(() -> get(guard, "http://mixed.example:" + port()))
                .isInstanceOf(RefusedTargetException.class)
                .hasMessage("Host \"mixed.example\" is refused: it leads to a loopback address (RFC 1122)");
        assertThat(internalCalls).hasValue(0);
    }

    /** What goes past the lookup (okhttp takes literal addresses past it) still meets the socket. */
    @Test
    void the_socket_judges_what_it_dials() {
        OkHttpClient bypassed =
                guard().client().dns(host -> addresses(INTERNAL)).build();
        Request request =
                new Request.Builder().url("http://rebind.example:" + port()).build();
        assertThatThrownBy(() -> bypassed.newCall(request).execute()).isInstanceOf(RefusedTargetException.class);

        Request literal =
                new Request.Builder().url("http://" + INTERNAL + ":" + port()).build();
        OkHttpClient unread = guard().client().build();
        assertThatThrownBy(() -> unread.newCall(literal).execute()).isInstanceOf(RefusedTargetException.class);

        assertThat(internalCalls).hasValue(0);
    }

    @Test
    void the_socket_takes_no_name_and_no_other_port() {
        TargetRules onePort = TargetRules.parse(true, List.of("1"), List.of("127.0.0.0/8"), List.of());
        OkHttpClient client =
                new TargetGuard(onePort, host -> addresses(OPEN)).client().build();

        assertThatThrownBy(() -> dial(client, new InetSocketAddress(OPEN, port())))
                .isInstanceOf(RefusedTargetException.class)
                .hasMessageContaining("port " + port());
        assertThatThrownBy(() -> dial(client, InetSocketAddress.createUnresolved("localhost", 1)))
                .isInstanceOf(RefusedTargetException.class);
    }

    @Test
    void redirects_are_not_followed() throws Exception {
        open.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().add("Location", "http://" + OPEN + ":" + port() + "/");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });

        assertThat(get(guard(), "http://" + OPEN + ":" + port() + "/moved")).isEqualTo(302);
    }

    /** Of Java's ways to set a proxy; okhttp and Java read no variables of the environment. */
    @Test
    void proxies_of_the_environment_are_passed_by() throws Exception {
        ProxySelector usual = ProxySelector.getDefault();
        AtomicInteger asked = new AtomicInteger();
        try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getByName(INTERNAL))) {
            String port = Integer.toString(proxy.getLocalPort());
            System.setProperty("socksProxyHost", INTERNAL);
            System.setProperty("socksProxyPort", port);
            System.setProperty("http.proxyHost", INTERNAL);
            System.setProperty("http.proxyPort", port);
            System.setProperty("http.nonProxyHosts", "");
            ProxySelector.setDefault(new ProxySelector() {
                @Override
                public List<Proxy> select(URI uri) {
                    asked.incrementAndGet();
                    return List.of(new Proxy(Proxy.Type.SOCKS, proxy.getLocalSocketAddress()));
                }

                @Override
                public void connectFailed(URI uri, SocketAddress address, IOException e) {}
            });

            assertThat(get(guard(), "http://" + OPEN + ":" + port())).isEqualTo(200);

            assertThat(asked).hasValue(0);
        } finally {
            ProxySelector.setDefault(usual);
            List.of("socksProxyHost", "socksProxyPort", "http.proxyHost", "http.proxyPort", "http.nonProxyHosts")
                    .forEach(System::clearProperty);
        }
    }

    @Test
    void an_unknown_name_is_no_refusal() {
        TargetGuard guard = new TargetGuard(rules(), host -> {
            throw new UnknownHostException("Host \"" + host + "\" is unknown");
        });

        assertThatThrownBy(() -> get(guard, "http://nowhere.example:" + port()))
                .isInstanceOf(UnknownHostException.class)
                .isNotInstanceOf(RefusedTargetException.class);
    }

    private TargetGuard guard() {
        return new TargetGuard(rules(), host -> addresses(OPEN));
    }

    private static TargetRules rules() {
        return TargetRules.parse(true, List.of("1-65535"), List.of(OPEN + "/32"), List.of());
    }

    private int port() {
        return open.getAddress().getPort();
    }

    private static List<InetAddress> addresses(String... texts) throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            addresses.add(InetAddress.getByName(text));
        }
        return addresses;
    }

    private static int get(TargetGuard guard, String url) throws IOException {
        Request request = new Request.Builder().url(guard.require(url)).build();
        OkHttpClient client = guard.client().build();
        try (Response response = client.newCall(request).execute()) {
            return response.code();
        } finally {
            client.connectionPool().evictAll();
        }
    }

    private static void dial(OkHttpClient client, InetSocketAddress target) throws IOException {
        try (Socket socket = client.socketFactory().createSocket()) {
            socket.connect(target, 1000);
        }
    }

    private static HttpServer server(String address, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 16);
        server.start();
        return server;
    }
}
