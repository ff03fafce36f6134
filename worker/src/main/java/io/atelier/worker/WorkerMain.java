package io.atelier.worker;

import io.atelier.process.ParentWatch;
import io.atelier.process.StartFailure;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.ConfigProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops a worker inside Quarkus, which brings configuration, health and metrics. A start that fails ends with a
 * sentence on stderr and exit code 1.
 */
@QuarkusMain
public class WorkerMain implements QuarkusApplication {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerMain.class);

    @Inject
    WorkerConfig config;

    @Inject
    WorkerState state;

    @Inject
    MeterRegistry meters;

    public static void main(String[] arguments) {
        Quarkus.run(
                WorkerMain.class,
                (exitCode, failure) -> {
                    if (failure != null) {
                        tell(failure);
                    }
                    Runtime.getRuntime().halt(exitCode);
                },
                arguments);
    }

    @Override
    public int run(String... arguments) {
        config.parentPid().ifPresent(pid -> ParentWatch.onParentExit(pid, Quarkus::asyncExit));
        LOG.info("{}", EffectiveConfig.describe(config));
        AtomicReference<Worker> started = new AtomicReference<>();
        StopSignals.onStop(Quarkus::asyncExit, () -> hurry(started.get()));
        Worker worker = Worker.start(config, state, meters);
        started.set(worker);
        try (worker) {
            Quarkus.waitForExit();
        }
        return 0;
    }

    private static void hurry(Worker worker) {
        if (worker == null) {
            // It loads its model still, and holds nothing.
            Runtime.getRuntime().halt(1);
        } else {
            worker.hurry();
        }
    }

    /** What is no known kind of failure is a fault of ours, and is shown with its stack trace. */
    private static void tell(Throwable failure) {
        Optional<String> sentence = StartFailure.sentence(failure, WorkerMain::setting);
        System.err.println("The worker cannot start: " + sentence.orElseGet(failure::toString));
        if (sentence.isEmpty()) {
            failure.printStackTrace(System.err);
        }
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getOptionalValue(name, String.class).orElse("(" + name + " not set)");
    }
}
