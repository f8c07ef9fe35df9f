package io.headrace.worker.attempts;

import io.headrace.Attempt;
import io.headrace.broker.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Outcome} decided about a job.
 *
 * @param attempt the attempt that ended and is now part of the history; null when none ran, or when it is not counted
 * @param thrown what its handler threw, else null
 */
public record Decision(Verdict verdict, @Nullable Attempt attempt, @Nullable Throwable thrown) {
    Decision(Verdict verdict, @Nullable Attempt attempt) {
        this(verdict, attempt, null);
    }

    /** The same, of a handler that threw this; null when it threw nothing. */
    Decision after(@Nullable Throwable thrownByHandler) {
        return thrownByHandler == null ? this : new Decision(verdict, attempt, thrownByHandler);
    }

    /** The word that the attempts' metric uses. */
    String label() {
        return attempt == null ? "released" : attempt.outcome().label();
    }
}
