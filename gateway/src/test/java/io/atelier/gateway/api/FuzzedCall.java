package io.atelier.gateway.api;

import io.atelier.testing.Exchange;
import io.atelier.testing.OpenApiDocument.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A call as it goes over the wire.
 *
 * @param operation of the document; null for none of it
 * @param target    path and query
 */
record FuzzedCall(Operation operation, String method, String target, Map<String, String> headers, String body) {
    /** As the gateway understands it. */
    String path() {
        return target.split("\\?", 2)[0].replace("/schemas/../", "/");
    }

    FuzzedCall with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new FuzzedCall(operation, method, target, more, body);
    }

    RawHttp.Answer send(URI server) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 || method.equals("POST")) {
            head.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        return RawHttp.call(server, head.append("\r\n").toString(), bytes);
    }

    Exchange exchange(RawHttp.Answer answer) {
        return new Exchange(method, path(), body, answer.status(), answer.headers(), answer.body());
    }

    @Override
    public String toString() {
        return method + ' ' + target + ' ' + headers + ' ' + body.substring(0, Math.min(500, body.length()));
    }
}
