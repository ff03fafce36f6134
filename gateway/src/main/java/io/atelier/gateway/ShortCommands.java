package io.atelier.gateway;

import io.atelier.gateway.access.ApiKey;
import io.atelier.gateway.access.ApiKeySecret;
import io.atelier.gateway.access.ApiKeyStore;
import io.atelier.gateway.jobs.Jobs;
import io.atelier.job.Tenant;
import jakarta.inject.Singleton;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * What the program does instead of serving when it has arguments: something short on the store of a gateway, with that
 * gateway's settings.
 */
@Singleton
public class ShortCommands {
    static final String USAGE = "store rebuild; keys add TENANT; keys list; keys revoke ID";
    private static final int FAILED = 1;

    private final Jobs jobs;
    private final ApiKeyStore keys;
    private final Clock clock;

    public ShortCommands(Jobs jobs, ApiKeyStore keys, Clock clock) {
        this.jobs = jobs;
        this.keys = keys;
        this.clock = clock;
    }

    static boolean isKnown(List<String> arguments) {
        int words = arguments.size();
        switch (String.join(" ", arguments.subList(0, Math.min(2, words)))) {
            case "store rebuild":
            case "keys list":
                return words == 2;
            case "keys add":
            case "keys revoke":
                return words == 3;
            default:
                return false;
        }
    }

    /** @return the exit code */
    int run(List<String> arguments) {
        return run(arguments, System.out, System.err);
    }

    int run(List<String> arguments, PrintStream out, PrintStream err) {
        switch (arguments.get(1)) {
            case "rebuild":
                jobs.clear();
                err.println("The job store is empty; gateways read the topics anew");
                return 0;
            case "add":
                return add(arguments.get(2), out, err);
            case "revoke":
                return revoke(arguments.get(2), err);
            default:
                list(out);
                return 0;
        }
    }

    private int add(String tenant, PrintStream out, PrintStream err) {
        if (!Tenant.isValid(tenant)) {
            err.println("A tenant's name has 1 to 63 of A-Z a-z 0-9 _ - and begins with a letter or digit: " + tenant);
            return FAILED;
        }
        ApiKeySecret secret = keys.add(tenant, clock.instant());
        err.println("A key of tenant " + tenant + ", with id " + secret.id() + ". It is shown this once:");
        out.println(secret.reveal());
        return 0;
    }

    private int revoke(String id, PrintStream err) {
        if (!keys.revoke(id, clock.instant())) {
            err.println("There is no key " + id);
            return FAILED;
        }
        err.println("Key " + id + " is revoked; gateways refuse it within moments (atelier.access.key-cache)");
        return 0;
    }

    private void list(PrintStream out) {
        out.printf("%-16s  %-20s  %-20s  %s%n", "ID", "CREATED", "REVOKED", "TENANT");
        for (ApiKey key : keys.list()) {
            String revoked = key.revokedAt().map(ShortCommands::seconds).orElse("-");
            out.printf("%-16s  %-20s  %-20s  %s%n", key.id(), seconds(key.createdAt()), revoked, key.tenant());
        }
    }

    private static String seconds(Instant time) {
        return Instant.ofEpochSecond(time.getEpochSecond()).toString();
    }
}
