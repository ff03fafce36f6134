package io.atelier.sdxl.textencoder;

import io.atelier.sdxl.PromptSyntax;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers the texts encoded last, up to a number of bytes, since the same prompt comes again and again with another seed
 * and the same negative prompt with every prompt. All encoders of a pipeline share one. Not thread-safe: it is used in the
 * pipeline's runs only, and those are serialised.
 */
public final class EncodedTextCache {
    /** About a hundred prompts of SDXL base. */
    public static final long DEFAULT_BYTES = 64L << 20;

    private final long maxBytes;
    private long bytes;
    /** The one used longest ago first. */
    private final Map<Key, EncodedText> texts = new LinkedHashMap<>(16, 0.75f, true);

    /** @param maxBytes of the numbers that are kept; 0 to remember nothing */
    public EncodedTextCache(long maxBytes) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("A cache cannot hold less than 0 bytes: " + maxBytes);
        }
        this.maxBytes = maxBytes;
    }

    /** @param encoder compared by identity */
    record Key(TextEncoder encoder, String text, PromptSyntax syntax, int clipSkip) {}

    /** What is held now; never more than was allowed. */
    public long bytes() {
        return bytes;
    }

    Optional<EncodedText> get(Key key) {
        return Optional.ofNullable(texts.get(key));
    }

    /** A text with NaN in it is not kept: the device may do better next time. */
    void put(Key key, EncodedText text) {
        if (text.bytes() > maxBytes || !text.isFinite()) {
            return;
        }
        EncodedText previous = texts.put(key, text);
        bytes += text.bytes() - (previous == null ? 0 : previous.bytes());
        for (Iterator<EncodedText> oldest = texts.values().iterator(); bytes > maxBytes; oldest.remove()) {
            bytes -= oldest.next().bytes();
        }
    }
}
