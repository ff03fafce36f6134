package io.atelier.net;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.SocketFactory;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/**
 * Keeps requests whose URLs strangers chose away from everything that is not simply a host on the Internet.
 *
 * <p>A name is looked up once for a connection: all its addresses are judged, one bad address refuses the name, and the
 * addresses that were judged are those that are dialled. The socket judges once more what it is about to dial, so that no
 * way around the lookup (okhttp takes one for literal addresses) is a way around the rules. Redirects are not followed, and
 * no proxy of the environment is used, since it would look the name up again.
 *
 * <p>Messages name the host and say why, but not to which address it led: they reach those who chose the URL.
 */
public final class TargetGuard {
    /** As the WHATWG has it: the last label decides whether a host is meant to be an IPv4 address. */
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0[xX][0-9a-fA-F]*)");

    private static final Pattern DOTTED_QUAD = Pattern.compile(
            "((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])");

    private final TargetRules rules;
    private final Resolver resolver;

    public TargetGuard(TargetRules rules, Resolver resolver) {
        this.rules = rules;
        this.resolver = resolver;
    }

    /** A client that dials only what is allowed. Callers set time-outs; its URLs come from {@link #require}. */
    public OkHttpClient.Builder client() {
        return new OkHttpClient.Builder()
                .dns(new JudgedNames())
                .socketFactory(new JudgedSockets())
                .proxy(Proxy.NO_PROXY)
                .followRedirects(false)
                .followSslRedirects(false)
                // Over one HTTP/2 connection requests for other hosts could travel too.
                .protocols(List.of(Protocol.HTTP_1_1));
    }

    /**
     * Reads a URL and refuses what its text alone forbids. Whether its host may be dialled is decided when it is dialled.
     */
    public HttpUrl require(String url) throws RefusedTargetException {
        String authority = authority(url);
        HttpUrl parsed = HttpUrl.parse(url);
        if (parsed == null) {
            throw refused(authority, "it is not the host of a valid URL");
        }
        String host = parsed.host();
        if (!parsed.isHttps() && !rules.http()) {
            throw refused(host, "only https is allowed");
        }
        if (host.endsWith(".")) {
            throw refused(host, "it ends in a dot");
        }
        requireOneNotation(authority, host);
        requirePort(host, parsed.port());
        Optional<InetAddress> literal = literal(host);
        if (literal.isPresent()) {
            judge(host, literal.get());
        }
        return parsed;
    }

    /** What stands between the slashes, refused if different readers could see different hosts in it. */
    private static String authority(String url) throws RefusedTargetException {
        if (url.chars().anyMatch(c -> c <= ' ' || c == 0x7f || c == '\\')) {
            throw new RefusedTargetException("A URL with spaces, control characters or backslashes is refused");
        }
        int scheme = url.indexOf("://");
        if (scheme < 0) {
            throw new RefusedTargetException("A URL begins with https://");
        }
        String rest = url.substring(scheme + 3);
        String authority = rest.split("[/?#]", 2)[0];
        if (authority.indexOf('@') >= 0) {
            throw refused(authority.substring(authority.lastIndexOf('@') + 1), "a URL may not carry user or password");
        }
        if (authority.isEmpty()) {
            throw new RefusedTargetException("A URL without a host is refused");
        }
        if (!url.regionMatches(true, 0, "https", 0, scheme) && !url.regionMatches(true, 0, "http", 0, scheme)) {
            throw refused(authority, "only https is allowed");
        }
        if (authority.indexOf('%') >= 0) {
            throw refused(authority, "it has a zone or escaped characters");
        }
        return authority;
    }

    /** An address has one spelling here; the others are read differently by different programs. */
    private static void requireOneNotation(String authority, String host) throws RefusedTargetException {
        if (authority.startsWith("[") && host.indexOf(':') < 0) {
            throw refused(host, "it is an IPv4-mapped address (RFC 4291)");
        }
        if (ENDS_IN_NUMBER.matcher(host).matches()
                && !(DOTTED_QUAD.matcher(host).matches() && authority.split(":", 2)[0].equals(host))) {
            throw refused(host, "an IPv4 address is written as four decimal numbers");
        }
    }

    private void requirePort(String host, int port) throws RefusedTargetException {
        if (rules.ports().stream().noneMatch(range -> range.contains(port))) {
            throw refused(host, "port " + port + " is not among those allowed: " + rules.ports());
        }
    }

    private static Optional<InetAddress> literal(String host) {
        return InetAddresses.isInetAddress(host) ? Optional.of(InetAddresses.forString(host)) : Optional.empty();
    }

    private void judge(String host, InetAddress address) throws RefusedTargetException {
        if (rules.allowed().stream().anyMatch(block -> block.contains(address))) {
            return;
        }
        Optional<String> special = SpecialAddresses.describe(address);
        if (special.isPresent()) {
            throw refused(host, (literal(host).isPresent() ? "it is " : "it leads to ") + special.get());
        }
        if (rules.refused().stream().anyMatch(block -> block.contains(address))) {
            throw refused(host, "its address is among those that this installation refuses");
        }
    }

    private static RefusedTargetException refused(String host, String why) {
        return new RefusedTargetException("Host \"" + host + "\" is refused: " + why);
    }

    /** One lookup for each connection, whose answer is judged as a whole and handed on as it is. */
    private final class JudgedNames implements Dns {
        @Override
        public List<InetAddress> lookup(String host) throws UnknownHostException {
            List<InetAddress> addresses = List.copyOf(resolver.resolve(host));
            for (InetAddress address : addresses) {
                judge(host, address);
            }
            return addresses;
        }
    }

    private final class JudgedSockets extends SocketFactory {
        @Override
        public Socket createSocket() {
            return new JudgedSocket();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException("Connects before anybody can judge");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) {
            return createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress address, int port) {
            return createSocket(address.getHostName(), port);
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort) {
            return createSocket(address.getHostName(), port);
        }
    }

    private final class JudgedSocket extends Socket {
        JudgedSocket() {
            // Without it a SOCKS proxy of the system properties would be used.
            super(Proxy.NO_PROXY);
        }

        @Override
        public void connect(SocketAddress endpoint, int timeout) throws IOException {
            InetSocketAddress target = (InetSocketAddress) endpoint;
            String host = target.getHostString();
            if (target.isUnresolved()) {
                throw refused(host, "it was not looked up");
            }
            requirePort(host, target.getPort());
            judge(host, target.getAddress());
            super.connect(target, timeout);
        }
    }
}
