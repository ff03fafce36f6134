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

    WebhookTargets(TargetGuard guard) {
        this.guard = guard;
    }

    /**
     * @param url null for none
     * @throws GenerationException INVALID_REQUEST if the text of the URL alone forbids it
     */
    public void require(String url) {
        if (url == null) {
            return;
        }
        try {
            guard.require(url);
        } catch (RefusedTargetException e) {
            throw new GenerationException(
                    ErrorCode.INVALID_REQUEST,
                    FIELD + ": " + e.getMessage(),
                    List.of(new FieldError(FIELD, e.getMessage(), SchemaValidator.shortened(new TextNode(url)))));
        }
    }
}
