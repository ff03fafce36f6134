package io.atelier.net;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Where requests to addresses that others chose may go.
 *
 * <p>Ports are a list of what is allowed, not of what is not: behind any other port listens something that does not speak
 * HTTP and might still do what a body chosen by a stranger tells it.
 *
 * @param http    whether http is allowed beside https
 * @param ports   the ports that may be dialled
 * @param allowed blocks that may be dialled although {@link SpecialAddresses} or {@code refused} speak against them
 * @param refused further blocks that may not be dialled, such as public addresses of an internal network
 */
public record TargetRules(boolean http, List<PortRange> ports, List<Cidr> allowed, List<Cidr> refused) {
    public TargetRules {
        ports = List.copyOf(ports);
        allowed = List.copyOf(allowed);
        refused = List.copyOf(refused);
    }

    /** As configured, in text. */
    public static TargetRules parse(boolean http, List<String> ports, List<String> allowed, List<String> refused) {
        return new TargetRules(
                http,
                ports.stream().map(PortRange::parse).collect(Collectors.toUnmodifiableList()),
                allowed.stream().map(Cidr::parse).collect(Collectors.toUnmodifiableList()),
                refused.stream().map(Cidr::parse).collect(Collectors.toUnmodifiableList()));
    }
}
