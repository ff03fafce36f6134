package io.atelier.gateway.doors;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The calls for clients of other services' APIs. */
@ConfigMapping(prefix = "atelier.doors")
public interface DoorConfig {

    /** How long a call of the OpenAI door may last; then its generation is cancelled and the caller told so. */
    @WithDefault("5m")
    Duration openaiWait();
}
