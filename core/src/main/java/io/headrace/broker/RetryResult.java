package io.headrace.broker;

import java.time.Instant;
import java.util.List;

/**
 * What became of jobs that were to be retried.
 *
 * @param answers for each, in order
 * @param nextAt when the next one would fall due at the same pace
 */
public record RetryResult(List<MoveResult> answers, Instant nextAt) {
    public RetryResult {
        answers = List.copyOf(answers);
    }
}
