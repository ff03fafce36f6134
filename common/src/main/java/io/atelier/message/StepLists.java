package io.atelier.message;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.error.FieldError;
import java.util.ArrayList;
import java.util.List;

/** What the schema cannot say of requests that list their steps: that lists fall and contradict no other field. */
final class StepLists {
    private StepLists() {}

    /** One entry per wrong field; a value of the wrong type is left to the schema. */
    static List<FieldError> check(JsonNode request) {
        JsonNode input = request.path("input");
        List<FieldError> errors = new ArrayList<>();
        check(errors, input, "timesteps", input.path("timesteps").size());
        check(errors, input, "sigmas", input.path("sigmas").size() - 1);
        if (input.path("timesteps").isArray() && input.path("sigmas").isArray()) {
            errors.add(new FieldError("input.sigmas", "cannot be given beside timesteps", shortened(input, "sigmas")));
        }
        return errors;
    }

    private static void check(List<FieldError> errors, JsonNode input, String name, int steps) {
        JsonNode list = input.path(name);
        if (!list.isArray()) {
            return;
        }
        for (int i = 1; i < list.size(); i++) {
            double value = list.get(i).asDouble();
            boolean isKnown = list.get(i).isNumber() && Double.isFinite(value);
            if (isKnown && value >= list.get(i - 1).asDouble(Double.MAX_VALUE)) {
                errors.add(new FieldError(
                        "input." + name, "must fall from one to the next", list.get(i - 1) + ", " + list.get(i)));
                break;
            }
        }
        JsonNode count = input.path("num_inference_steps");
        if (count.isNumber() && count.asInt() != steps) {
            errors.add(new FieldError(
                    "input.num_inference_steps",
                    "must be left out or be " + steps + ", as many steps as " + name + " lists",
                    count.toString()));
        }
        String schedule = input.path("sigma_schedule").asText("default");
        if (!input.path("sigma_schedule").isNull() && !schedule.equals("default")) {
            errors.add(
                    new FieldError("input.sigma_schedule", "cannot bend the steps that " + name + " lists", schedule));
        }
    }

    private static String shortened(JsonNode input, String name) {
        return SchemaValidator.shortened(input.path(name));
    }
}
