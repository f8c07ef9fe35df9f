package io.headrace;

import java.util.Optional;

/**
 * What a look-up found: a job, or why there is none.
 *
 * @param job present exactly when the kind is {@code FOUND}
 */
public record Lookup(Kind kind, Optional<Job> job) {
    /** Whether there is such a job. */
    public enum Kind {
        FOUND,
        /** There never was, as far as anybody can tell. */
        UNKNOWN,
        /** There was; it ended and its record has passed its retention. */
        GONE
    }

    /** No such job. */
    public static final Lookup UNKNOWN = new Lookup(Kind.UNKNOWN, Optional.empty());

    /** No longer on record. */
    public static final Lookup GONE = new Lookup(Kind.GONE, Optional.empty());

    /** The job. */
    public static Lookup found(Job job) {
        return new Lookup(Kind.FOUND, Optional.of(job));
    }
}
