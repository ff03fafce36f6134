package io.atelier.gateway.jobs;

import io.atelier.job.Generation;
import io.atelier.job.GenerationId;
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

    /** Adds a generation that was just accepted. @return it, or the one that is there already under its id */
    Generation putIfAbsent(Generation queued);

    /** Folds the changes into the store and moves the offsets on, all or nothing. Offsets never go back. */
    void apply(List<Change> changes, Map<TopicPartition, Long> nextOffsets);

    /** Where to read on in each partition that was ever read. */
    Map<TopicPartition, Long> nextOffsets();

    /** Lets a partition be read from its beginning again. */
    void forgetOffset(TopicPartition partition);

    /** Fails unless the store answers. */
    void check();
}
