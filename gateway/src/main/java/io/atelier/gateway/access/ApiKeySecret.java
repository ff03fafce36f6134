package io.atelier.gateway.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key as its owner has it: {@code atk_}, its id (16 hexadecimal digits), {@code _} and 256 random bits in hexadecimal. So
 * much chance needs no slow hash: one round of SHA-256 cannot be turned back.
 */
public final class ApiKeySecret {
    public static final String PREFIX = "atk_";

    private static final Pattern FORM = Pattern.compile(PREFIX + "([0-9a-f]{16})_[0-9a-f]{64}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String id;
    private final String text;

    private ApiKeySecret(String id, String text) {
        this.id = id;
        this.text = text;
    }

    public static ApiKeySecret random() {
        String id = hex(8);
        return new ApiKeySecret(id, PREFIX + id + "_" + hex(32));
    }

    private static String hex(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Empty for what has not the form of a key. */
    public static Optional<ApiKeySecret> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches() ? Optional.of(new ApiKeySecret(matcher.group(1), text)) : Optional.empty();
    }

    public String id() {
        return id;
    }

    /** The secret itself, to be shown once. */
    public String reveal() {
        return text;
    }

    /** What is kept of it. */
    public String hash() {
        return HexFormat.of().formatHex(digest());
    }

    /** Takes as long for a wrong secret as for the right one. */
    public boolean hasHash(String hash) {
        return MessageDigest.isEqual(
                hash().getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
    }

    private byte[] digest() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Without the secret, wherever it may be printed. */
    @Override
    public String toString() {
        return PREFIX + id + "_***";
    }
}
