package io.atelier.worker;

import io.atelier.error.GenerationException;
import io.atelier.process.ParentWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/** Starts and stops a worker inside Quarkus, which brings configuration, health and metrics. */
@QuarkusMain
public class WorkerMain implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(WorkerMain.class);

    @Inject
    WorkerConfig config;

    @Inject
    WorkerState state;

    @Inject
    MeterRegistry meters;

    public static void main(String[] arguments) {
        Quarkus.run(WorkerMain.class, arguments);
    }

    @Override
    public int run(String... arguments) {
        config.parentPid().ifPresent(pid -> ParentWatch.onParentExit(pid, Quarkus::asyncExit));
        LOG.info(EffectiveConfig.describe(config));
        try (Worker worker = Worker.start(config, state, meters)) {
            Quarkus.waitForExit();
            return 0;
        } catch (GenerationException | IllegalArgumentException e) {
            // A sentence for the operator: what is wrong and where. The stack would only hide it.
            LOG.errorf("The worker cannot start: %s", e.getMessage());
            LOG.debug("Because of", e);
            return 1;
        }
    }
}
