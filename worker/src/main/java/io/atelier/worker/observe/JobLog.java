package io.atelier.worker.observe;

import io.atelier.job.Generation;
import io.atelier.worker.consume.Delivery;
import io.atelier.worker.consume.JobObserver;
import io.atelier.worker.consume.JobWatch;
import org.slf4j.MDC;

/** Puts the generation's id on each line of log that is written for it. */
public final class JobLog implements JobObserver {
    /** The key in the logging context. */
    public static final String GENERATION = "generation";

    @Override
    public JobWatch taken(Delivery delivery, Generation read) {
        String name = read.id() == null ? delivery.place() : read.id().value();
        return new JobWatch() {
            @Override
            public Scope enter() {
                return put(name);
            }
        };
    }

    private static JobWatch.Scope put(String name) {
        String outer = MDC.get(GENERATION);
        MDC.put(GENERATION, name);
        return () -> {
            if (outer == null) {
                MDC.remove(GENERATION);
            } else {
                MDC.put(GENERATION, outer);
            }
        };
    }
}
