package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * The job store: what is known of every generation, and up to where the topics were read to know it. Thread safe; its calls
 * block and throw {@link JobsException} if the store fails.
 */
public interface Jobs {

    Optional<Generation> find(GenerationId id);

    /** Those of {@code ids} that are known. */
    Map<GenerationId, StoredJob> find(Collection<GenerationId> ids);

    /** Adds a generation that was just accepted. @return it, or what is there already under its id */
    StoredJob putIfAbsent(Generation queued, String requestHash);

    /** Adds generations that were just accepted, each once; none if one of them is there already. @return whether it did */
    boolean addAll(Collection<StoredJob> accepted);

    /**
     * Folds the changes into the store and moves the offsets on, all or nothing. Offsets never go back. A request that is
     * not yet known to be queued is announced before that is stored; if then nothing is stored, it will be again.
     *
     * @throws JobsException also if the store was emptied since {@link #nextOffsets} was asked: what came before these
     *                       changes is not there any more, so the topics must be read anew
     */
    void apply(List<Change> changes, Map<TopicPartition, Long> nextOffsets);

    /**
     * Notes who asks for the end of what, and moves the offsets on, all or nothing. Fails as {@link #apply}.
     *
     * @param requests when each was made, the latest of an id; empty for those that the topic has forgotten
     */
    void cancelRequested(Map<GenerationId, Optional<Instant>> requests, Map<TopicPartition, Long> nextOffsets);

    /** When the end of a generation was last asked for. */
    Optional<Instant> cancelRequestedAt(GenerationId id);

    /** Where to read on in each partition that was ever read. */
    Map<TopicPartition, Long> nextOffsets();

    /** Whether the store was emptied since {@link #nextOffsets} was asked; {@link #apply} finds out by itself. */
    boolean wasEmptied();

    /** Lets a partition be read from its beginning again. */
    void forgetOffset(TopicPartition partition);

    /** Forgets everything, so that the topics are read from their beginning again. */
    void clear();

    /** Forgets generations that were created before {@code time}, so many at most. @return how many */
    int forgetCreatedBefore(Instant time, int atMost);

    /** Fails unless the store answers. */
    void check();
}
