package io.atelier.gateway.webhooks;

import com.fasterxml.jackson.databind.node.TextNode;
import io.atelier.error.ErrorCode;
import io.atelier.error.FieldError;
import io.atelier.error.GenerationException;
import io.atelier.message.SchemaValidator;
import io.atelier.net.RefusedTargetException;
import io.atelier.net.TargetGuard;
import jakarta.inject.Singleton;
import java.util.List;

/** Tells a submitter at once of a receiver that would never be called. Where its name leads is judged when it is dialled. */
@Singleton
public class WebhookTargets {
    private static final String FIELD = "webhook";

    private final TargetGuard guard;
    private final WebhookSigner signer;

    WebhookTargets(TargetGuard guard, WebhookSigner signer) {
        this.guard = guard;
        this.signer = signer;
    }

    /**
     * @param url null for none
     * @throws GenerationException INVALID_REQUEST if the text of the URL alone forbids it, or nothing is there to sign with
     */
    public void require(String url, String tenant) {
        if (url == null) {
            return;
        }
        try {
            guard.require(url);
        } catch (RefusedTargetException e) {
            throw refused(url, e.getMessage());
        }
        if (!signer.signsFor(tenant)) {
            throw refused(
                    url, "would never be called: the gateway has no secret for tenant " + tenant + " to sign with");
        }
    }

    private static GenerationException refused(String url, String why) {
        return new GenerationException(
                ErrorCode.INVALID_REQUEST,
                FIELD + ": " + why,
                List.of(new FieldError(FIELD, why, SchemaValidator.shortened(new TextNode(url)))));
    }
}
