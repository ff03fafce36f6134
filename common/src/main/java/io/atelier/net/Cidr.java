package io.atelier.net;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.Arrays;

/** A block of addresses, such as {@code 10.0.0.0/8} or {@code fc00::/7}. */
public final class Cidr {
    private final byte[] network;
    private final int prefix;
    private final String text;

    private Cidr(byte[] network, int prefix, String text) {
        this.network = network;
        this.prefix = prefix;
        this.text = text;
    }

    /** @param text a network with its prefix, or one address alone */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        byte[] network = address(slash < 0 ? text : text.substring(0, slash), text);
        int prefix = slash < 0 ? 8 * network.length : prefix(text.substring(slash + 1), network.length, text);
        if (!Arrays.equals(network, masked(network, prefix))) {
            throw new IllegalArgumentException("Bits are set behind the prefix: " + text);
        }
        return new Cidr(network, prefix, text);
    }

    private static byte[] address(String address, String text) {
        if (address.indexOf('%') >= 0 || !InetAddresses.isInetAddress(address)) {
            throw new IllegalArgumentException("No block of addresses such as 10.0.0.0/8: " + text);
        }
        return InetAddresses.forString(address).getAddress();
    }

    private static int prefix(String digits, int bytes, String text) {
        if (!digits.matches("[0-9]{1,3}") || Integer.parseInt(digits) > 8 * bytes) {
            throw new IllegalArgumentException("The prefix must be 0 to " + 8 * bytes + ": " + text);
        }
        return Integer.parseInt(digits);
    }

    private static byte[] masked(byte[] address, int prefix) {
        byte[] masked = address.clone();
        for (int i = 0; i < masked.length; i++) {
            int bits = Math.max(0, Math.min(8, prefix - 8 * i));
            masked[i] &= (byte) (0xff << (8 - bits));
        }
        return masked;
    }

    public boolean contains(InetAddress address) {
        return contains(address.getAddress());
    }

    /** @param address in network order; one of the other family is never inside */
    boolean contains(byte[] address) {
        return address.length == network.length && Arrays.equals(masked(address, prefix), network);
    }

    @Override
    public String toString() {
        return text;
    }
}
