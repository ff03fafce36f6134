package io.atelier.net;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Addresses that are not simply some host on the Internet. A table of our own: what languages call global differs between
 * them, and between their versions.
 *
 * @see "IANA IPv4 and IPv6 Special-Purpose Address Registries; IANA IPv6 Global Unicast Address Assignments"
 */
final class SpecialAddresses {
    private static final Cidr GLOBAL_UNICAST = Cidr.parse("2000::/3");

    private static final List<Block> BLOCKS = List.of(
            block("0.0.0.0/8", "an address of \"this network\" (RFC 791)"),
            block("10.0.0.0/8", "a private address (RFC 1918)"),
            block("100.64.0.0/10", "an address behind carrier-grade NAT (RFC 6598)"),
            block("127.0.0.0/8", "a loopback address (RFC 1122)"),
            block("169.254.0.0/16", "a link-local address, where clouds have their metadata (RFC 3927)"),
            block("172.16.0.0/12", "a private address (RFC 1918)"),
            block("192.0.0.0/24", "an address for protocol assignments (RFC 6890)"),
            block("192.0.2.0/24", "a documentation address (RFC 5737)"),
            block("192.31.196.0/24", "an address of the AS112 sink (RFC 7535)"),
            block("192.52.193.0/24", "an address of multicast tunnels (RFC 7450)"),
            block("192.88.99.0/24", "an address of 6to4 relays (RFC 7526)"),
            block("192.168.0.0/16", "a private address (RFC 1918)"),
            block("192.175.48.0/24", "an address of the AS112 sink (RFC 7534)"),
            block("198.18.0.0/15", "an address for benchmarks (RFC 2544)"),
            block("198.51.100.0/24", "a documentation address (RFC 5737)"),
            block("203.0.113.0/24", "a documentation address (RFC 5737)"),
            block("224.0.0.0/4", "a multicast address (RFC 1112)"),
            block("240.0.0.0/4", "a reserved or broadcast address (RFC 1112)"),
            // A public address that answers only inside Azure, with what the host tells its guests.
            block("168.63.129.16/32", "the address of a cloud's host agent"),
            block("::/128", "the unspecified address (RFC 4291)"),
            block("::1/128", "the loopback address (RFC 4291)"),
            block("::/96", "an IPv4-compatible address (RFC 4291)"),
            block("::ffff:0:0:0/96", "an IPv4-translated address (RFC 2765)"),
            block("64:ff9b::/96", "a NAT64 address (RFC 6052)"),
            block("64:ff9b:1::/48", "a local-use NAT64 address (RFC 8215)"),
            block("100::/64", "a discard-only address (RFC 6666)"),
            block("100:0:0:1::/64", "a dummy address (RFC 9780)"),
            block("2001::/32", "a Teredo address (RFC 4380)"),
            block("2001:2::/48", "an address for benchmarks (RFC 5180)"),
            block("2001:10::/28", "an ORCHID (RFC 4843)"),
            block("2001:20::/28", "an ORCHID (RFC 7343)"),
            block("2001::/23", "an address for protocol assignments (RFC 2928)"),
            block("2001:db8::/32", "a documentation address (RFC 3849)"),
            block("2002::/16", "a 6to4 address (RFC 3056)"),
            block("2620:4f:8000::/48", "an address of the AS112 sink (RFC 7534)"),
            block("3ffe::/16", "an address of the ended 6bone (RFC 3701)"),
            block("3fff::/20", "a documentation address (RFC 9637)"),
            block("5f00::/16", "a segment routing address (RFC 9602)"),
            block("fc00::/7", "a unique local address (RFC 4193)"),
            block("fe80::/10", "a link-local address (RFC 4291)"),
            block("fec0::/10", "a site-local address (RFC 3879)"),
            block("ff00::/8", "a multicast address (RFC 4291)"));

    private SpecialAddresses() {}

    /** What is special about {@code address}, as in "it is …"; empty for a host on the Internet. */
    static Optional<String> describe(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (isMapped(bytes)) {
            return Optional.of("an IPv4-mapped address (RFC 4291)");
        }
        Optional<String> special = BLOCKS.stream()
                .filter(block -> block.cidr.contains(bytes))
                .map(block -> block.description)
                .findFirst();
        return special.or(() -> bytes.length == 16 ? outsideTheInternet(bytes) : Optional.empty());
    }

    private static Optional<String> outsideTheInternet(byte[] address) {
        if (!GLOBAL_UNICAST.contains(address)) {
            return Optional.of("outside of what is assigned for global use (RFC 4291)");
        }
        return isIsatap(address) ? Optional.of("an ISATAP address (RFC 5214)") : Optional.empty();
    }

    /** Java makes four bytes of these wherever it can; a resolver of one's own need not. */
    private static boolean isMapped(byte[] address) {
        return address.length == 16
                && Arrays.equals(address, 0, 10, new byte[10], 0, 10)
                && address[10] == -1
                && address[11] == -1;
    }

    /** The interface identifier is 0000:5efe or, for a global IPv4 address, 0200:5efe, and then that address. */
    private static boolean isIsatap(byte[] address) {
        return (address[8] & ~0x02) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == (byte) 0xfe;
    }

    private static Block block(String cidr, String description) {
        return new Block(Cidr.parse(cidr), description);
    }

    private record Block(Cidr cidr, String description) {}
}
