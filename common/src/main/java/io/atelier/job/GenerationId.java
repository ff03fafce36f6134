package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Names one generation everywhere: Kafka key, folder of its objects, path of its URL. Ids are a tenant's own: two tenants may
 * choose the same, and mean two generations.
 *
 * @param value the id as its tenant knows it; what is written as JSON, where the tenant stands beside it
 */
public record GenerationId(String tenant, String value) {
    public static final String PATTERN = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}";

    private static final Pattern VALID = Pattern.compile(PATTERN);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Of the default tenant. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public GenerationId(String value) {
        this(Tenant.DEFAULT, value);
    }

    public GenerationId {
        Tenant.require(tenant);
        if (value == null || !isValid(value)) {
            throw new IllegalArgumentException(
                    "Generation id must be 1 to 128 of A-Z a-z 0-9 . _ - and not start with" + " a dot: " + value);
        }
    }

    /** The same id of another tenant. */
    public GenerationId of(String tenant) {
        return this.tenant.equals(tenant) ? this : new GenerationId(tenant, value);
    }

    /** Unique among all tenants: {@code id} for the default tenant, else {@code tenant/id}. */
    public String key() {
        return tenant.equals(Tenant.DEFAULT) ? value : tenant + '/' + value;
    }

    /** Reads what {@link #key} wrote; empty for anything else. */
    public static Optional<GenerationId> ofKey(String key) {
        int slash = key.indexOf('/');
        String tenant = slash < 0 ? Tenant.DEFAULT : key.substring(0, slash);
        String value = key.substring(slash + 1);
        return Tenant.isValid(tenant) && isValid(value)
                ? Optional.of(new GenerationId(tenant, value))
                : Optional.empty();
    }

    public static boolean isValid(String value) {
        return VALID.matcher(value).matches();
    }

    /** A UUID of version 7 (RFC 9562): ids made later sort later. */
    public static GenerationId random(long epochMilli) {
        long high = epochMilli << 16 | 0x7000 | RANDOM.nextInt(1 << 12);
        long low = RANDOM.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
        return new GenerationId(new UUID(high, low).toString());
    }

    /** A UUID of version 5 in the tenant's own name space: the same key always means the same generation. */
    public static GenerationId ofIdempotencyKey(String tenant, String key) {
        byte[] hash = digest("SHA-1", "atelier:" + tenant + ":" + key);
        ByteBuffer bytes = ByteBuffer.wrap(hash);
        long high = bytes.getLong() & 0xffffffffffff0fffL | 0x5000;
        long low = bytes.getLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
        return new GenerationId(tenant, new UUID(high, low).toString());
    }

    /**
     * The seed of a request that names none: the first four bytes of the id's SHA-256 as an unsigned number, so that a
     * redelivered job draws the same picture. 32 bits, because torch's generator uses no more.
     */
    public long seed() {
        return ByteBuffer.wrap(digest("SHA-256", value)).getInt() & 0xffffffffL;
    }

    @JsonValue
    @Override
    public String value() {
        return value;
    }

    @Override
    public String toString() {
        return value;
    }

    private static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has " + algorithm, e);
        }
    }
}
