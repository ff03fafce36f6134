package io.atelier.gateway.api;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The methods that a path takes, for the Allow header that goes with 405. The framework does not tell them. */
public final class AllowedMethods {
    private final Map<Pattern, Set<String>> byPath = new LinkedHashMap<>();

    /** @param resources all that have paths */
    public AllowedMethods(Collection<Class<?>> resources) {
        Map<String, Set<String>> methods = new LinkedHashMap<>();
        resources.forEach(resource -> read(resource, methods));
        methods.forEach(
                (path, some) -> byPath.put(Pattern.compile(path.replaceAll("\\{[^}]*}", "[^/]+") + "/?"), some));
    }

    private static void read(Class<?> resource, Map<String, Set<String>> methods) {
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

    /** As in the header; empty for a path that there is not. */
    Optional<String> of(String path) {
        Set<String> methods = new TreeSet<>();
        byPath.forEach((pattern, some) -> {
            if (pattern.matcher(path).matches()) {
                methods.addAll(some);
            }
        });
        return methods.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", methods));
    }
}
