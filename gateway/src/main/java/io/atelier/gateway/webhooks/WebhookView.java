package io.atelier.gateway.webhooks;

import io.atelier.job.Generation;
import java.net.URI;

/** How generations are shown to receivers. */
public interface WebhookView {
    /** With fresh URLs, since an attempt can come hours after the event. @param base what URLs begin with unless configured */
    Generation present(Generation generation, URI base);

    /** @param presented by {@link #present} @return what is written as JSON for receivers that know Replicate's predictions */
    Object prediction(Generation presented);
}
