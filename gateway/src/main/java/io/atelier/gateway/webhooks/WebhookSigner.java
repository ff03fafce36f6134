package io.atelier.gateway.webhooks;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs messages: {@code v1} (HMAC-SHA256) with each secret of the tenant, {@code v1a} (Ed25519) with each key of the
 * installation. Several at a time are how secrets are replaced: receivers take a message if any signature is right.
 *
 * @see "Standard Webhooks specification, sections Signature scheme and Webhook signature"
 */
public final class WebhookSigner {
    private static final String SECRET_PREFIX = "whsec_";
    private static final String KEY_PREFIX = "whsk_";
    private static final int SHORTEST_SECRET = 24;
    private static final int LONGEST_SECRET = 64;
    private static final int SEED_BYTES = 32;
    private static final int VALID_AT_A_TIME = 2;

    private final Map<String, List<SecretKeySpec>> secrets = new HashMap<>();
    private final List<PrivateKey> keys = new ArrayList<>();

    /**
     * @param secrets by tenant, as {@code whsec_} and base64 of 24 to 64 bytes; one, or two while it is replaced
     * @param keys    as {@code whsk_} and base64 of an Ed25519 seed, with or without its public key behind it
     */
    public WebhookSigner(Map<String, List<String>> secrets, List<String> keys) {
        secrets.forEach((tenant, texts) -> {
            requireFew(texts, "secrets of tenant " + tenant);
            this.secrets.put(tenant, texts.stream().map(WebhookSigner::secret).toList());
        });
        requireFew(keys, "signing keys");
        keys.forEach(text -> this.keys.add(key(text)));
    }

    private static void requireFew(List<String> texts, String what) {
        if (texts.size() > VALID_AT_A_TIME) {
            throw new IllegalArgumentException("At most two " + what + " can be valid at a time, not " + texts.size());
        }
    }

    private static SecretKeySpec secret(String text) {
        byte[] bytes = decoded(text, SECRET_PREFIX);
        if (bytes.length < SHORTEST_SECRET || bytes.length > LONGEST_SECRET) {
            throw new IllegalArgumentException("A webhook secret has " + SHORTEST_SECRET + " to " + LONGEST_SECRET
                    + " bytes, not " + bytes.length);
        }
        return new SecretKeySpec(bytes, "HmacSHA256");
    }

    private static PrivateKey key(String text) {
        byte[] bytes = decoded(text, KEY_PREFIX);
        if (bytes.length != SEED_BYTES && bytes.length != 2 * SEED_BYTES) {
            throw new IllegalArgumentException("A webhook signing key has " + SEED_BYTES + " or " + 2 * SEED_BYTES
                    + " bytes, not " + bytes.length);
        }
        try {
            return KeyFactory.getInstance("Ed25519")
                    .generatePrivate(
                            new EdECPrivateKeySpec(NamedParameterSpec.ED25519, Arrays.copyOf(bytes, SEED_BYTES)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java knows no Ed25519", e);
        }
    }

    /** The text is a secret: no message shows it. */
    private static byte[] decoded(String text, String prefix) {
        String base64 = text.startsWith(prefix) ? text.substring(prefix.length()) : text;
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("A webhook secret or key is " + prefix + " and base64");
        }
    }

    /** Whether anything is configured for the tenant. */
    boolean signsFor(String tenant) {
        return secrets.containsKey(tenant) || !keys.isEmpty();
    }

    /** The header {@code webhook-signature}; empty if nothing is configured for the tenant. */
    Optional<String> sign(String tenant, String id, long timestamp, byte[] body) {
        byte[] signed = signed(id, timestamp, body);
        List<String> signatures = new ArrayList<>();
        secrets.getOrDefault(tenant, List.of()).forEach(secret -> signatures.add("v1," + hmac(secret, signed)));
        keys.forEach(key -> signatures.add("v1a," + ed25519(key, signed)));
        return signatures.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", signatures));
    }

    private static byte[] signed(String id, long timestamp, byte[] body) {
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        signed.writeBytes((id + '.' + timestamp + '.').getBytes(StandardCharsets.UTF_8));
        signed.writeBytes(body);
        return signed.toByteArray();
    }

    private static String hmac(SecretKeySpec secret, byte[] signed) {
        try {
            Mac mac = Mac.getInstance(secret.getAlgorithm());
            mac.init(secret);
            return Base64.getEncoder().encodeToString(mac.doFinal(signed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String ed25519(PrivateKey key, byte[] signed) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(signed);
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
