package io.atelier.gateway.api;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Whatever goes wrong with a call of the OpenAI door, its client reads it in the shape that it knows. */
public class OpenAiErrors {

    @ServerResponseFilter
    public void reshape(ContainerRequestContext call, ContainerResponseContext answer) {
        if (!(answer.getEntity() instanceof Problem)
                || !isOpenAi(call.getUriInfo().getPath())) {
            return;
        }
        Problem problem = (Problem) answer.getEntity();
        answer.setStatus(OpenAiError.status(problem.status()));
        answer.setEntity(OpenAiError.of(problem), null, MediaType.APPLICATION_JSON_TYPE);
    }

    /** Whether a path is of that door. */
    public static boolean isOpenAi(String path) {
        return path.replaceFirst("^/", "").startsWith("v1/images/");
    }
}
