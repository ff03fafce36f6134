package io.atelier.sdxl;

/** How prompts are read. */
public enum PromptSyntax {
    /** As diffusers reads them: every character is text, and what does not fit into the encoders is cut off. */
    PLAIN,
    /** As ComfyUI reads them: {@code (words:1.3)} sets weights, and long prompts become several windows. */
    WEIGHTED
}
