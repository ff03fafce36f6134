/** What is seen of a worker from outside: metrics, traces, lines of log and heartbeats. Plain Java, as all of the core. */
package io.atelier.worker.observe;
