package io.atelier.job;

import java.util.regex.Pattern;

/** Names of tenants: those who share a cluster and see nothing of each other. */
public final class Tenant {
    /** Whose everything is that names no tenant. */
    public static final String DEFAULT = "default";

    public static final String PATTERN = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}";

    private static final Pattern VALID = Pattern.compile(PATTERN);

    private Tenant() {}

    public static boolean isValid(String name) {
        return VALID.matcher(name).matches();
    }

    /** @throws IllegalArgumentException if it is no name of a tenant */
    public static String require(String name) {
        if (name == null || !isValid(name)) {
            throw new IllegalArgumentException(
                    "A tenant's name must be 1 to 63 of A-Z a-z 0-9 _ - and begin with a letter or digit: " + name);
        }
        return name;
    }
}
