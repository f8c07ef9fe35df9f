package io.headrace;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a submission: the job that it made, or the one that stands for it.
 *
 * @param id the new job, or the one that stands for it
 * @param state {@code QUEUED} or {@code SCHEDULED} for a new job; for a duplicate or replay the state the new job would
 *         have had
 * @param acceptedAt when the new job was accepted, where its id does not tell as it is ahead of the broker's clock,
 *         else null
 */
public record Submission(Kind kind, JobId id, JobState state, @Nullable Instant acceptedAt) {
    /** What happened. */
    public enum Kind {
        /** A new job was stored. */
        ACCEPTED,
        /** An unfinished job holds the same uniqueness key; nothing was stored. */
        DUPLICATE,
        /** The same request with the same Idempotency-Key was accepted before; nothing was stored. */
        REPLAYED
    }

    /** One whose id tells when it was accepted. */
    public Submission(Kind kind, JobId id, JobState state) {
        this(kind, id, state, null);
    }

    /** When the job was accepted, by the broker's clock. */
    public Instant createdAt() {
        return acceptedAt == null ? id.createdAt() : acceptedAt;
    }
}
