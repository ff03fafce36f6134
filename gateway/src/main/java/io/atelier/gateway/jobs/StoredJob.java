package io.atelier.gateway.jobs;

import io.atelier.job.Generation;

/**
 * A row of the job store.
 *
 * @param announced whether {@code generation.queued.v1} was sent
 */
public record StoredJob(Generation generation, boolean announced) {}
