package io.atelier.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the system, with a limit of time that the system itself does not have: whoever owns a name can answer slowly. */
public final class SystemResolver implements Resolver {
    private static final int MAX_THREADS = 64;

    private final Duration timeout;
    private final ExecutorService threads;

    public SystemResolver(Duration timeout) {
        this.timeout = timeout;
        this.threads = new ThreadPoolExecutor(0, MAX_THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "resolve");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public List<InetAddress> resolve(String host) throws UnknownHostException {
        try {
            Future<List<InetAddress>> answer = threads.submit(() -> List.of(InetAddress.getAllByName(host)));
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new UnknownHostException("Host \"" + host + "\" is unknown");
        } catch (TimeoutException e) {
            throw new UnknownHostException("Host \"" + host + "\" was not found in " + timeout.toSeconds() + " s");
        } catch (RejectedExecutionException e) {
            throw new UnknownHostException("Too many names are being looked up to find \"" + host + "\" too");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownHostException("Stopped while looking for \"" + host + "\"");
        }
    }
}
