package io.atelier.gateway.webhooks;

import static io.atelier.gateway.webhooks.OutboxDatabase.withWebhook;
import static java.util.Comparator.naturalOrder;
import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import io.atelier.gateway.doors.Prediction;
import io.atelier.gateway.jobs.Announcer;
import io.atelier.gateway.jobs.Change;
import io.atelier.gateway.jobs.JdbcJobs;
import io.atelier.gateway.jobs.Jobs;
import io.atelier.gateway.jobs.Samples;
import io.atelier.gateway.webhooks.DeliveryLog.Attempt;
import io.atelier.gateway.webhooks.DeliveryLog.Delivery;
import io.atelier.gateway.webhooks.FaultyReceiver.Answer;
import io.atelier.gateway.webhooks.FaultyReceiver.Heard;
import io.atelier.job.Generation;
import io.atelier.net.TargetGuard;
import io.atelier.net.TargetRules;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Everything of webhooks that is real, from changes of generations to receivers behind sockets that do whatever receivers do;
 * only time is not, so that the days of the schedule pass in seconds. {@code -Dwebhooks.seed=7} throws other dice.
 */
abstract class WebhookFaultsContract extends DispatcherContract {
    private static final long SEED = Long.getLong("webhooks.seed", 1);
    private static final int GENERATIONS = 720;
    private static final int RECEIVERS = 9;
    /** Of generations, which are told of together. */
    private static final int WAVES = 30;

    private static final Duration BETWEEN_WAVES = Duration.ofSeconds(20);
    private static final Duration WAITING = Duration.ofSeconds(30);
    /** So long that some receivers have said that they want no more. */
    private static final Duration DRAWING = Duration.ofHours(2);

    /** For how long one of the receivers is away at first. */
    private static final Duration AWAY = Duration.ofHours(2);
    /** Whoever is at fault is called again after that at the latest. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static final WebhookView VIEW = new WebhookView() {
        @Override
        public Generation present(Generation generation, URI base) {
            return generation;
        }

        @Override
        public Object prediction(Generation presented) {
            return Prediction.of(presented);
        }
    };

    private final List<FaultyReceiver> receivers = new ArrayList<>();
    private final TreeMap<Instant, List<Change>> news = new TreeMap<>();
    private final ExecutorService pool = Executors.newFixedThreadPool(16);
    private final Phaser underWay = new Phaser(1);
    private final TargetGuard guard = new TargetGuard(
            TargetRules.parse(true, List.of("1-65535"), List.of("127.0.0.1"), List.of()),
            host -> List.of(InetAddress.getByName(host)));
    private final OkHttpClient client =
            HttpWebhookSender.client(guard, Duration.ofSeconds(1)).build();

    @AfterEach
    void stop() throws Exception {
        pool.shutdownNow();
        client.connectionPool().evictAll();
        for (FaultyReceiver receiver : receivers) {
            receiver.close();
        }
    }

    @Test
    void whatever_receivers_do_each_message_is_taken_once_in_order_and_on_time() throws Exception {
        for (int i = 0; i < RECEIVERS; i++) {
            receivers.add(new FaultyReceiver(SEED + i, clock, i == 0 ? start.plus(AWAY) : start));
        }
        for (int i = 0; i < GENERATIONS; i++) {
            plan(i);
        }

        run(new JdbcJobs(database.dataSource(), new Outbox(store, clock), Announcer.NONE));

        assertThat(store.backlog().messages()).isZero();
        List<Heard> all = receivers.stream()
                .flatMap(receiver -> receiver.heard().stream())
                .toList();
        assertThat(all).extracting(Heard::answer).contains(Answer.values());
        assertThat(all).extracting(Heard::path).containsOnly("/hook");
        assertThat(receivers.get(0).heard())
                .filteredOn(heard -> heard.at().isBefore(start.plus(AWAY)))
                .as("calls of the receiver that is away")
                .hasSizeLessThan(40);
        for (Heard heard : all) {
            assertSigned(heard);
        }
        for (int i = 0; i < RECEIVERS; i++) {
            assertTold(i);
        }
    }

    private void plan(int number) {
        String url = receivers.get(number % RECEIVERS).url();
        String id = "job-" + number;
        Generation end = switch (number % 4) {
            case 0 -> Samples.failed(id, 1);
            case 1 -> Samples.canceled(id, 1);
            default -> Samples.succeeded(id, 1);
        };
        List<Instant> times = times(number);
        plan(times.get(0), new Change.Requested(asking(Samples.queued(id), url)));
        plan(times.get(1), new Change.Told(asking(Samples.started(id, 1), url)));
        plan(times.get(2), new Change.Told(asking(end, url)));
    }

    /** When the three things happen that are told of a generation. */
    private List<Instant> times(int number) {
        Instant queued = start.plus(BETWEEN_WAVES.multipliedBy(number % WAVES));
        return List.of(queued, queued.plus(WAITING), queued.plus(WAITING).plus(DRAWING));
    }

    private void plan(Instant at, Change change) {
        news.computeIfAbsent(at, any -> new ArrayList<>()).add(change);
    }

    private static Generation asking(Generation generation, String url) {
        return withWebhook(generation, url, "queued", "started", "completed");
    }

    /** Two gateways deliver; what happens is read twice, and once more when all is over. */
    private void run(Jobs jobs) {
        List<WebhookDispatcher> gateways = List.of(gateway("one"), gateway("two"));
        List<Change> old = new ArrayList<>();
        for (Optional<Instant> next = next(); next.isPresent(); next = next()) {
            clock.set(next.get().isAfter(clock.instant()) ? next.get() : clock.instant());
            List<Change> told = news.remove(clock.instant());
            if (told != null) {
                jobs.apply(told, Map.of());
                jobs.apply(told, Map.of());
                old.addAll(told);
            }
            gateways.forEach(WebhookDispatcher::round);
            underWay.awaitAdvance(underWay.arrive());
        }
        jobs.apply(old, Map.of());
        gateways.forEach(WebhookDispatcher::round);
        underWay.awaitAdvance(underWay.arrive());
    }

    /** When something happens, or is to be sent. */
    private Optional<Instant> next() {
        Stream<Instant> happens = news.isEmpty() ? Stream.empty() : Stream.of(news.firstKey());
        return Stream.concat(happens, store.receivers().nextDue().stream()).min(naturalOrder());
    }

    private WebhookDispatcher gateway(String name) {
        WebhookSigner signer = new WebhookSigner(Map.of("default", List.of(SECRET)), List.of());
        WebhookSender sender = new HttpWebhookSender(guard, client, signer, VIEW, URI.create("http://gateway/"));
        return dispatcher(name, sender, attempt -> {
            underWay.register();
            pool.execute(() -> {
                try {
                    attempt.run();
                } finally {
                    underWay.arriveAndDeregister();
                }
            });
        });
    }

    private static void assertSigned(Heard heard) throws Exception {
        long timestamp = heard.at().getEpochSecond();
        assertThat(heard.headers()).containsEntry("webhook-timestamp", Long.toString(timestamp));
        assertThat(heard.headers())
                .containsEntry("webhook-signature", new Webhook(SECRET).sign(heard.message(), timestamp, heard.body()));
    }

    private void assertTold(int receiver) {
        List<Heard> heard = receivers.get(receiver).heard();
        TreeSet<Instant> faults = heard.stream()
                .filter(one -> one.answer().isFaultOfReceiver())
                .map(Heard::at)
                .collect(Collectors.toCollection(TreeSet::new));
        Map<String, List<Heard>> byMessage = heard.stream().collect(Collectors.groupingBy(Heard::message));
        for (int number = receiver; number < GENERATIONS; number += RECEIVERS) {
            List<Instant> times = times(number);
            List<Delivery> deliveries = store.deliveries("job-" + number);
            assertThat(deliveries).as("messages of job %s", number).hasSize(times.size());
            Instant free = start;
            boolean gone = false;
            for (int i = 0; i < deliveries.size(); i++) {
                Delivery delivery = deliveries.get(i);
                String what = "seed " + SEED + ", job " + number + ", " + delivery;
                List<Heard> calls = byMessage.getOrDefault(delivery.message().id(), List.of());
                assertLogged(what, delivery.attempts(), calls);
                assertThat(delivery.state()).as(what).isEqualTo(gone ? "gone" : end(what, calls));
                if (!calls.isEmpty()) {
                    assertOnTime(what, delivery.attempts(), calls, later(free, times.get(i)), faults);
                    free = calls.get(calls.size() - 1).at();
                }
                gone = delivery.state().equals("gone");
            }
        }
    }

    private static void assertLogged(String what, List<Attempt> attempts, List<Heard> calls) {
        assertThat(attempts)
                .as(what)
                .extracting(Attempt::startedAt)
                .isEqualTo(calls.stream().map(Heard::at).toList());
        assertThat(attempts)
                .as(what)
                .extracting(attempt -> attempt.status() == null ? 0 : attempt.status())
                .isEqualTo(calls.stream().map(call -> call.answer().status()).toList());
    }

    /** What the calls of a message must have come to; none but the last was taken, or ended it otherwise. */
    private static String end(String what, List<Heard> calls) {
        assertThat(calls).as(what).isNotEmpty();
        Answer last = calls.get(calls.size() - 1).answer();
        assertThat(calls.subList(0, calls.size() - 1))
                .as(what)
                .noneMatch(call -> call.answer().accepts() || call.answer() == Answer.GONE);
        if (last.accepts()) {
            return "delivered";
        }
        assertThat(calls).as(what).hasSize(last == Answer.GONE ? calls.size() : CONTRACT.size());
        return last == Answer.GONE ? "gone" : "failed";
    }

    /** @param due of the first attempt @param faults when the receiver was not well */
    private static void assertOnTime(
            String what, List<Attempt> attempts, List<Heard> calls, Instant due, TreeSet<Instant> faults) {
        Instant planned = due;
        for (int i = 0; i < calls.size(); i++) {
            Instant at = calls.get(i).at();
            assertThat(at).as(what).isAfterOrEqualTo(planned);
            assertThat(mayBeginAt(planned, at, faults))
                    .as("%s: attempt %s is late", what, i + 1)
                    .isTrue();
            planned = attempts.get(i).nextAt();
            if (i + 1 < calls.size()) {
                Duration delay = CONTRACT.get(i + 1);
                Duration longest = delay.plus(delay.dividedBy(5));
                Duration wish = calls.get(i).wish();
                assertThat(Duration.between(at, planned)).as(what).isBetween(later(wish, delay), later(wish, longest));
            }
        }
    }

    /** Whether from when it was due the receiver was left alone all the time, because of its faults. */
    private static boolean mayBeginAt(Instant due, Instant at, TreeSet<Instant> faults) {
        Instant excused = due;
        while (excused.isBefore(at)) {
            Instant fault = faults.floor(excused);
            if (fault == null || !fault.plus(LONGEST_PAUSE).isAfter(excused)) {
                return false;
            }
            excused = fault.plus(LONGEST_PAUSE);
        }
        return true;
    }

    private static <T extends Comparable<T>> T later(T one, T other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
