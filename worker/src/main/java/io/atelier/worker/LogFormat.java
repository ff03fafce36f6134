package io.atelier.worker;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtHandler;

/** Gives the console the configured format, before the first line of ours is written. */
@ApplicationScoped
public class LogFormat {
    private final WorkerConfig config;

    LogFormat(WorkerConfig config) {
        this.config = config;
    }

    void apply(@Observes @Priority(1) StartupEvent start) {
        if (config.log().format() == WorkerConfig.LogSection.Format.JSON) {
            toJson(Logger.getLogger("").getHandlers());
        }
    }

    /** The console's handler stands behind one that keeps lines back until logging is configured. */
    private static void toJson(Handler... handlers) {
        for (Handler handler : handlers) {
            if (handler instanceof org.jboss.logmanager.handlers.ConsoleHandler || handler instanceof ConsoleHandler) {
                handler.setFormatter(new JsonLines());
            } else if (handler instanceof ExtHandler outer) {
                toJson(outer.getHandlers());
            }
        }
    }
}
