package io.atelier.gateway.kafka;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.error.ErrorCode;
import io.atelier.error.GenerationException;
import io.atelier.gateway.config.GatewayConfig;
import io.atelier.message.Topics;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class SilentBrokerTest {
    /** The system takes connections for it, and nobody ever answers. */
    @Test
    void a_broker_that_is_silent_is_told_of_in_words() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            GatewayConfig config = new SmallRyeConfigBuilder()
                    .addDiscoveredConverters()
                    .withMapping(GatewayConfig.class)
                    .withDefaultValues(Map.of(
                            "atelier.kafka.bootstrap-servers",
                            "127.0.0.1:" + silent.getLocalPort(),
                            "atelier.storage.access-key",
                            "none",
                            "atelier.storage.secret-key",
                            "none"))
                    .build()
                    .getConfigMapping(GatewayConfig.class);
            try (ConfiguredKafkaClients clients =
                    new ConfiguredKafkaClients(config.kafka(), Optional.empty(), Map.of(), new Topics(""))) {
                assertThatThrownBy(clients::backlog)
                        .isInstanceOfSatisfying(
                                GenerationException.class,
                                e -> Assertions.assertThat(e.code()).isEqualTo(ErrorCode.BROKER_UNAVAILABLE))
                        .hasMessage("Kafka did not answer; try again later: no answer within 5 s");
            }
        }
    }
}
