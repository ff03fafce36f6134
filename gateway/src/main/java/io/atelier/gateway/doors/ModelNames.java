package io.atelier.gateway.doors;

import io.atelier.gateway.config.GatewayConfig;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What clients of other services call models, and what these are here. */
@Singleton
class ModelNames {
    /**
     * OpenAI's own models; Replicate's SDXL, by its name or by the id of a version (which it also hides): they mean whatever
     * model the workers have.
     */
    private static final Pattern WORKERS_OWN =
            Pattern.compile("dall-e.*|gpt-image.*|chatgpt-image.*|stability-ai/sdxl|[0-9a-f]{64}|hidden");

    private final List<String> models;

    ModelNames(GatewayConfig config) {
        this.models = config.models().orElse(List.of());
    }

    /**
     * Our name for a model, whether or not we serve it; empty for the workers' own.
     *
     * @param theirs such as {@code stability-ai/sdxl:39ed52f2…} or {@code dall-e-3}; empty if none is named
     */
    Optional<String> ours(String theirs) {
        String unversioned = theirs.replaceFirst(":.*", "");
        String name = unversioned.substring(unversioned.lastIndexOf('/') + 1);
        boolean isOwn = name.isEmpty() || WORKERS_OWN.matcher(unversioned).matches();
        return isOwn && !models.contains(name) ? Optional.empty() : Optional.of(name);
    }
}
