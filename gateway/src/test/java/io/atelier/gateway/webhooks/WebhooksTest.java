package io.atelier.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhooksTest {

    @Test
    void messages_lead_to_the_address_that_the_gateway_listens_on() {
        assertThat(Webhooks.base("127.0.0.1", 8081)).isEqualTo(URI.create("http://127.0.0.1:8081/"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "[::]"})
    void one_that_listens_everywhere_is_found_by_its_machines_name(String host) throws Exception {
        assertThat(Webhooks.base(host, 8080).getHost())
                .isEqualTo(InetAddress.getLocalHost().getHostName());
    }
}
