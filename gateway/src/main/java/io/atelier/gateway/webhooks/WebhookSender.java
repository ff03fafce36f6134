package io.atelier.gateway.webhooks;

import java.time.Instant;

/** Makes one attempt. */
interface WebhookSender {

    /** Never throws; returns within a time that is far shorter than a claim holds. */
    Outcome send(WebhookMessage message, Instant now);
}
