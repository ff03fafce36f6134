package io.atelier.testing;

import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Flow;

/**
 * A call and its answer, as they went over the wire.
 *
 * @param path    without the query
 * @param sent    the body of the call; empty for none
 * @param headers of the answer
 * @param body    of the answer
 */
public record Exchange(String method, String path, String sent, int status, Map<String, String> headers, String body) {
    public Exchange {
        headers = ofAnyCase(headers);
    }

    /** Found under their names in any case. */
    static <T> Map<String, T> ofAnyCase(Map<String, T> headers) {
        Map<String, T> ofAnyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        ofAnyCase.putAll(headers);
        return ofAnyCase;
    }

    public static Exchange of(HttpResponse<String> answer) {
        HttpRequest call = answer.request();
        return new Exchange(
                call.method(),
                call.uri().getPath(),
                sent(call),
                answer.statusCode(),
                firstValues(answer.headers()),
                answer.body());
    }

    /** The first value of each. */
    public static Map<String, String> firstValues(HttpHeaders headers) {
        Map<String, String> first = new TreeMap<>();
        headers.map().forEach((name, values) -> first.put(name, values.get(0)));
        return first;
    }

    static String sent(HttpRequest call) {
        return call.bodyPublisher().map(Exchange::text).orElse("");
    }

    /** Publishers of texts give all that they have as soon as they are asked. */
    private static String text(HttpRequest.BodyPublisher body) {
        var whole = HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8);
        body.subscribe(new Flow.Subscriber<ByteBuffer>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                whole.onSubscribe(subscription);
            }

            @Override
            public void onNext(ByteBuffer part) {
                whole.onNext(List.of(part));
            }

            @Override
            public void onError(Throwable failure) {
                whole.onError(failure);
            }

            @Override
            public void onComplete() {
                whole.onComplete();
            }
        });
        return whole.getBody().toCompletableFuture().join();
    }
}
