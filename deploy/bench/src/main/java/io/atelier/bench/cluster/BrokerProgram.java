package io.atelier.bench.cluster;

import io.atelier.local.infrastructure.EmbeddedBroker;
import io.atelier.process.ParentWatch;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A broker in a process of its own, which can be killed without the object store. Prints {@code ready}. */
final class BrokerProgram {
    private BrokerProgram() {}

    /** @param arguments folder of its data, its port, the controller's port, process id of the parent */
    public static void main(String[] arguments) throws Exception {
        ParentWatch.onParentExit(
                Long.parseLong(arguments[3]), () -> Runtime.getRuntime().halt(0));
        EmbeddedBroker broker = EmbeddedBroker.start(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            broker.close();
            stopped.countDown();
        }));
        System.out.println("ready");
        stopped.await();
    }
}
