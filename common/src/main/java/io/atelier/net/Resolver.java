package io.atelier.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host. */
public interface Resolver {

    /** @return at least one */
    List<InetAddress> resolve(String host) throws UnknownHostException;
}
