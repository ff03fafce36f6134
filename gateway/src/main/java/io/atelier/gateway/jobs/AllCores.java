package io.atelier.gateway.jobs;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Lets all cores share work that needs nothing but a processor, such as reading JSON, when there is enough of it. */
final class AllCores {
    /** Fewer are done sooner than other threads wake up. */
    private static final int WORTH_SHARING = 64;

    private AllCores() {}

    /** @param work thread safe @return its results in the order of {@code values} */
    static <T, R> List<R> map(List<T> values, Function<T, R> work) {
        Stream<T> stream = values.size() < WORTH_SHARING ? values.stream() : values.parallelStream();
        return stream.map(work).collect(Collectors.toUnmodifiableList());
    }
}
