package io.atelier.bench.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atelier.bench.chaos.Submission.Kind;
import io.atelier.bench.cluster.ClusterLog.Place;
import io.atelier.bench.cluster.SimulatedCluster;
import io.atelier.job.Priority;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Submits by HTTP and by Kafka, evenly over the time; remembers everything that was taken. */
final class Load {
    private static final long LATER_MILLIS = 300;

    private final SimulatedCluster cluster;
    private final Random random;
    private final int drawMillis;
    private final Submissions submissions = new Submissions();

    Load(SimulatedCluster cluster, long seed, int drawMillis) {
        this.cluster = cluster;
        this.random = new Random(seed);
        this.drawMillis = drawMillis;
    }

    Submissions submissions() {
        return submissions;
    }

    void run(int jobs, long nanos) throws InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < jobs; i++) {
            TimeUnit.NANOSECONDS.sleep(start + nanos * i / jobs - System.nanoTime());
            submit(new Submission(kind(), "job-" + i, "takes " + (1 + random.nextInt(2 * drawMillis)) + " ms"));
        }
    }

    private Kind kind() {
        int dice = random.nextInt(100);
        if (dice < 55) {
            return Kind.PLAIN;
        }
        Kind[] others = {
            Kind.DUPLICATE, Kind.CONFLICT, Kind.CANCELLED, Kind.SHORT_LIVED, Kind.TOO_LATE, Kind.WRONG, Kind.POISON
        };
        return others[random.nextInt(others.length)];
    }

    private void submit(Submission submission) throws InterruptedException {
        submissions.add(submission);
        switch (submission.kind()) {
            case DUPLICATE -> {
                post(submission);
                produce(submission);
            }
            case CONFLICT -> {
                produce(submission);
                produce(new Submission(Kind.CONFLICT, submission.id(), submission.prompt() + " too"));
            }
            case CANCELLED -> {
                produce(submission);
                cluster.cancel(submission.id());
            }
            case WRONG, POISON -> produce(submission);
            default -> {
                if (random.nextBoolean()) {
                    post(submission);
                } else {
                    produce(submission);
                }
            }
        }
    }

    private void produce(Submission submission) {
        Priority priority = Priority.values()[random.nextInt(Priority.values().length)];
        Place place = cluster.produce(priority, null, submission.body().getBytes(UTF_8));
        submissions.addRecord(place, submission);
    }

    /** As a client does that may repeat its request, since it names the id: until it is taken. */
    private void post(Submission submission) throws InterruptedException {
        while (true) {
            try {
                int status = cluster.post("/v1/generations", submission.body()).statusCode();
                if (status < 300) {
                    submissions.addHttp(submission);
                    return;
                }
                if (status < 500) {
                    throw new IllegalStateException("HTTP " + status + " for " + submission.body());
                }
            } catch (IOException e) {
                // The gateway was killed; it comes back.
            }
            TimeUnit.MILLISECONDS.sleep(LATER_MILLIS);
        }
    }
}
