package io.atelier.worker.observe;

import io.atelier.error.ErrorCode;
import io.atelier.job.Generation;
import io.atelier.sdxl.Stage;
import io.atelier.worker.consume.Delivery;
import io.atelier.worker.consume.JobObserver;
import io.atelier.worker.consume.JobWatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Several observers as one. */
public record JobObservers(List<JobObserver> observers) implements JobObserver {
    public JobObservers {
        observers = List.copyOf(observers);
    }

    public static JobObserver of(JobObserver... observers) {
        return new JobObservers(List.of(observers));
    }

    @Override
    public JobWatch taken(Delivery delivery, Generation read) {
        return new Watches(observers.stream()
                .map(observer -> observer.taken(delivery, read))
                .toList());
    }

    @Override
    public void renewed(boolean granted) {
        observers.forEach(observer -> observer.renewed(granted));
    }

    private record Watches(List<JobWatch> watches) implements JobWatch {
        @Override
        public Scope enter() {
            List<Scope> scopes = watches.stream().map(JobWatch::enter).toList();
            return () -> {
                for (int i = scopes.size() - 1; i >= 0; i--) {
                    scopes.get(i).close();
                }
            };
        }

        @Override
        public void started(Generation started) {
            watches.forEach(watch -> watch.started(started));
        }

        @Override
        public void drawingBegan() {
            watches.forEach(JobWatch::drawingBegan);
        }

        @Override
        public void stageBegan(Stage stage) {
            watches.forEach(watch -> watch.stageBegan(stage));
        }

        @Override
        public void drawingEnded() {
            watches.forEach(JobWatch::drawingEnded);
        }

        @Override
        public void encoded(Duration took) {
            watches.forEach(watch -> watch.encoded(took));
        }

        @Override
        public void ended(Generation ended) {
            watches.forEach(watch -> watch.ended(ended));
        }

        @Override
        public void handedBack(Optional<ErrorCode> failure) {
            watches.forEach(watch -> watch.handedBack(failure));
        }
    }
}
