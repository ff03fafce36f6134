package io.atelier.local.infrastructure;

import io.atelier.process.ParentWatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The process of the local cluster that holds what an installation would already have: Kafka and S3. It is configured by
 * environment variables, so that the secret does not show in the list of processes.
 */
public final class Infrastructure {
    private Infrastructure() {}

    public static void main(String[] arguments) throws Exception {
        // Ctrl-C reaches the whole process group, but workers still need the broker to hand their job back.
        Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
        ParentWatch.onParentExit(
                Long.parseLong(setting("PARENT_PID")),
                () -> Runtime.getRuntime().halt(0));

        Path data = Path.of(setting("DATA"));
        EmbeddedObjectStore objects = EmbeddedObjectStore.start(
                data.resolve("s3"), port("S3_PORT"), setting("S3_ACCESS_KEY"), setting("S3_SECRET_KEY"));
        EmbeddedBroker broker =
                EmbeddedBroker.start(data.resolve("kafka"), port("KAFKA_PORT"), port("CONTROLLER_PORT"));
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(objects, broker, stopped), "stop"));
        Files.writeString(Path.of(setting("READY_FILE")), "ready\n");
        stopped.await();
    }

    private static void stop(EmbeddedObjectStore objects, EmbeddedBroker broker, CountDownLatch stopped) {
        broker.close();
        objects.close();
        stopped.countDown();
    }

    private static int port(String name) {
        return Integer.parseInt(setting(name));
    }

    private static String setting(String name) {
        String value = System.getenv("ATELIER_LOCAL_" + name);
        if (value == null) {
            throw new IllegalArgumentException("ATELIER_LOCAL_" + name + " is not set");
        }
        return value;
    }
}
