package io.atelier.gateway.api;

import io.atelier.job.Generation;
import java.util.List;

/**
 * A page of a listing, as callers get it.
 *
 * @param nextCursor null on the last page
 */
record GenerationPage(List<Generation> generations, String nextCursor) {}
