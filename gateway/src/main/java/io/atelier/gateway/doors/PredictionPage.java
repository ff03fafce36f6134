package io.atelier.gateway.doors;

import java.util.List;

/**
 * A part of all predictions, as Replicate's clients page through them.
 *
 * @param previous always null: pages are read forwards
 * @param next     the URL of the next page; null on the last one
 */
public record PredictionPage(String previous, String next, List<Prediction> results) {}
