package io.atelier.job;

import java.util.regex.Pattern;

/** Names of tenants: those who share a cluster and see nothing of each other. */
public final class Tenant {
    /** Whose everything is that names no tenant. */
    public static final String DEFAULT = "default";

    public static final String PATTERN = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}";

    private static final String OBJECTS = "tenant=";
    private static final Pattern VALID = Pattern.compile(PATTERN);

    private Tenant() {}

    public static boolean isValid(String name) {
        return VALID.matcher(name).matches();
    }

    /**
     * Before the keys of all objects of a tenant, empty for the default one. No id and no prefix that a request may name has
     * an equals sign, so nobody gets into another's folder.
     */
    public static String objectPrefix(String tenant) {
        return tenant.equals(DEFAULT) ? "" : OBJECTS + tenant + '/';
    }

    /** Whether a tenant may read an object. What is not of another tenant is the default one's. */
    public static boolean owns(String tenant, String objectKey) {
        return tenant.equals(DEFAULT) ? !objectKey.startsWith(OBJECTS) : objectKey.startsWith(objectPrefix(tenant));
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
