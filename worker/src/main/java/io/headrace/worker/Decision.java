package io.headrace.worker;

import io.headrace.Attempt;
import io.headrace.Verdict;

import org.jspecify.annotations.Nullable;

/**
 * What {@link Outcome} decided about a job.
 *
 * @param attempt the attempt that ended and is now part of the history; null when none ran, or when it is not counted
 */
record Decision(Verdict verdict, @Nullable Attempt attempt) {

    /** The word that the attempts' metric uses. */
    String label() {
        return attempt == null ? "released" : attempt.outcome().label();
    }
}
