package io.atelier.gateway.jobs;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;

/** Keeps the job store from growing for ever: generations are forgotten at an age, whatever became of them. */
public final class Retention {
    private static final System.Logger LOG = System.getLogger(Retention.class.getName());
    /** Few enough that nobody waits long for a row. */
    private static final int AT_ONCE = 500;

    private final Jobs jobs;
    private final SubmissionClaims claims;
    private final Duration age;
    private final Clock clock;

    public Retention(Jobs jobs, SubmissionClaims claims, Duration age, Clock clock) {
        this.jobs = jobs;
        this.claims = claims;
        this.age = age;
        this.clock = clock;
    }

    /** @return how many generations were forgotten */
    public int sweep() {
        claims.forgetOld(clock.instant());
        int all = 0;
        int now;
        do {
            now = jobs.forgetCreatedBefore(clock.instant().minus(age), AT_ONCE);
            all += now;
        } while (now == AT_ONCE);
        if (all > 0) {
            LOG.log(Level.INFO, "Forgot " + all + " generations that are older than " + age);
        }
        return all;
    }
}
