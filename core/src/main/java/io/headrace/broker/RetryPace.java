package io.headrace.broker;

import io.headrace.InvalidInput;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How fast dead jobs that are retried fall due, one after another.
 *
 * @param perSecond 0.01 to 10,000
 * @param startAt when the first one does, null or in the past: now
 */
public record RetryPace(double perSecond, @Nullable Instant startAt) {
    /** @throws InvalidInput when a bound is passed */
    public RetryPace {
        if (!(perSecond >= 0.01 && perSecond <= 10_000)) {
            throw new InvalidInput("pace", "must be 0.01 to 10000 jobs a second, was " + perSecond);
        }
    }
}
