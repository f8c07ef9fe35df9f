package io.headrace;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One run of a job, after it ended.
 *
 * @param number counted from 1 over the whole life of the job
 * @param startedAt by the broker's clock
 * @param finishedAt by the broker's clock; for a lost attempt, when the loss was noticed
 * @param error null unless the attempt failed
 */
public record Attempt(int number, String worker, Instant startedAt, Instant finishedAt, Outcome outcome,
        @Nullable Failure error) {
    /** How an attempt ended. */
    public enum Outcome {
        SUCCEEDED, FAILED, TIMED_OUT,
        /** Its worker stayed silent longer than the lease. */
        LOST, CANCELLED;

        /** The word that JSON and metrics use. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
