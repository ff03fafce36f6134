package io.atelier.gateway.api;

import io.atelier.gateway.doors.ImagesResource;
import io.atelier.gateway.doors.ModelPredictionsResource;
import io.atelier.gateway.doors.PredictionsResource;
import io.atelier.gateway.webhooks.WebhookDeliveriesResource;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The methods that a path takes, for the Allow header that goes with 405. The framework does not tell them. */
final class AllowedMethods {
    private static final List<Class<?>> RESOURCES = List.of(
            AsyncApiResource.class,
            ClusterResource.class,
            EventsResource.class,
            GenerationsResource.class,
            ImagesResource.class,
            ListingResource.class,
            ModelPredictionsResource.class,
            PicturesResource.class,
            PredictionsResource.class,
            SchemasResource.class,
            WebhookDeliveriesResource.class);
    private static final Map<Pattern, TreeSet<String>> BY_PATH = read();

    private AllowedMethods() {}

    /** As in the header; empty for a path that there is not. */
    static Optional<String> of(String path) {
        TreeSet<String> methods = new TreeSet<>();
        BY_PATH.forEach((pattern, some) -> {
            if (pattern.matcher(path).matches()) {
                methods.addAll(some);
            }
        });
        return methods.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", methods));
    }

    private static Map<Pattern, TreeSet<String>> read() {
        Map<String, TreeSet<String>> methods = new LinkedHashMap<>();
        for (Class<?> resource : RESOURCES) {
            String base = resource.getAnnotation(Path.class).value();
            for (Method method : resource.getDeclaredMethods()) {
                for (Annotation annotation : method.getAnnotations()) {
                    HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
                    if (http != null) {
                        Path path = method.getAnnotation(Path.class);
                        methods.computeIfAbsent(base + (path == null ? "" : path.value()), any -> new TreeSet<>())
                                .add(http.value());
                    }
                }
            }
        }
        Map<Pattern, TreeSet<String>> byPath = new LinkedHashMap<>();
        methods.forEach(
                (path, some) -> byPath.put(Pattern.compile(path.replaceAll("\\{[^}]*}", "[^/]+") + "/?"), some));
        return byPath;
    }
}
