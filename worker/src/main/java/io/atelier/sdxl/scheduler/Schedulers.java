package io.atelier.sdxl.scheduler;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** The algorithms that there are: a new one is a file of its own and a line here. */
public final class Schedulers {
    private static final List<Entry> ENTRIES =
            List.of(new Entry("euler", "EulerDiscreteScheduler", "Euler", EulerDiscreteScheduler::new));

    /**
     * @param name      what requests call it
     * @param className what scheduler_config.json calls it
     * @param label     what web interfaces for people call it
     */
    private record Entry(
            String name, String className, String label, BiFunction<SchedulerConfig, Integer, Scheduler> factory) {}

    private Schedulers() {}

    /** What a request may ask for. */
    public static List<String> names() {
        return ENTRIES.stream().map(Entry::name).toList();
    }

    /** The name of the algorithm that a model was published with; empty if we have none of that class. */
    public static Optional<String> nameOf(String className) {
        return ENTRIES.stream()
                .filter(e -> e.className().equals(className))
                .map(Entry::name)
                .findFirst();
    }

    /** @throws GenerationException UNSUPPORTED, naming those that there are */
    public static String label(String name) {
        return entry(name).label();
    }

    /** @throws GenerationException UNSUPPORTED, naming those that there are */
    public static void require(String name) {
        entry(name);
    }

    /**
     * @param name  the algorithm; what it needs to know about the model's training is taken from {@code config}
     * @param steps inference steps, at least 1
     * @throws GenerationException UNSUPPORTED, naming those that there are
     */
    public static Scheduler create(String name, SchedulerConfig config, int steps) {
        if (steps < 1 || steps > config.numTrainTimesteps()) {
            throw new IllegalArgumentException(
                    "The number of steps must be between 1 and " + config.numTrainTimesteps() + ": " + steps);
        }
        return entry(name).factory().apply(config, steps);
    }

    private static Entry entry(String name) {
        return ENTRIES.stream()
                .filter(e -> e.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new GenerationException(
                        ErrorCode.UNSUPPORTED,
                        "There is no scheduler \"" + name + "\" here; available: " + String.join(", ", names())));
    }
}
