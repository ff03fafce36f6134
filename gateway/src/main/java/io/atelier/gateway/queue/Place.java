package io.atelier.gateway.queue;

/**
 * Where a generation that is not begun with stands.
 *
 * @param position   1 for the next one
 * @param etaSeconds until it is drawn, at the pace of the latest ones; null when none was drawn yet
 */
public record Place(Long position, Long etaSeconds) {}
