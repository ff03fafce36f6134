package io.atelier.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.net.InetAddresses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,      10.255.255.255, true",
        "10.0.0.0/8,      11.0.0.0,       false",
        "100.64.0.0/10,   100.127.255.255, true",
        "100.64.0.0/10,   100.128.0.0,    false",
        "0.0.0.0/0,       255.255.255.255, true",
        "0.0.0.0/0,       ::1,            false",
        "::/0,            10.0.0.1,       false",
        "::/0,            ffff::1,        true",
        "192.0.2.7,       192.0.2.7,      true",
        "192.0.2.7,       192.0.2.8,      false",
        "fc00::/7,        fdff::1,        true",
        "fc00::/7,        fe00::1,        false",
        "2001:db8::/33,   2001:db8:7fff::1, true",
        "2001:db8::/33,   2001:db8:8000::1, false"
    })
    void holds_what_shares_its_prefix(String block, String address, boolean inside) {
        assertThat(Cidr.parse(block).contains(InetAddresses.forString(address))).isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10",
                "10.0.0.0/33",
                "::/129",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0.1/8",
                "fe80::1%eth0",
                "host/8",
                "010.0.0.0/8"
            })
    void what_is_no_block_is_refused_with_its_text(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text)).withMessageEndingWith(text);
    }

    @Test
    void ports_are_single_or_ranges() {
        assertThat(PortRange.parse("443").contains(443)).isTrue();
        assertThat(PortRange.parse("443").contains(444)).isFalse();
        assertThat(PortRange.parse("8000-8999").contains(8999)).isTrue();
        assertThat(PortRange.parse("8000-8999").contains(9000)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65536", "9-8", "https", "-1"})
    void what_is_no_port_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> PortRange.parse(text));
    }
}
