package io.atelier.sdxl.tokenizer;

import java.util.Optional;

/**
 * A text as the encoder wants it: begin, up to 75 tokens, end, padding.
 *
 * @param ids     as many as the encoder has positions, 77 for CLIP
 * @param cutText what did not fit, as the tokenizer reads it back; empty if all of the text is in
 */
public record TokenIds(long[] ids, Optional<String> cutText) {}
