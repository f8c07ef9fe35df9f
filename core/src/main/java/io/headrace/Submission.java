package io.headrace;

/**
 * The answer to a submission.
 *
 * @param id the new job, or the one that stands for it
 * @param state {@code QUEUED} or {@code SCHEDULED} for a new job; for a duplicate or replay the state the new job would have had
 */
public record Submission(Kind kind, JobId id, JobState state) {
    /** What happened. */
    public enum Kind {
        /** A new job was stored. */
        ACCEPTED,
        /** An unfinished job holds the same uniqueness key; nothing was stored. */
        DUPLICATE,
        /** The same request with the same Idempotency-Key was accepted before; nothing was stored. */
        REPLAYED
    }
}
