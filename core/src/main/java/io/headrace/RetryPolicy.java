package io.headrace;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Whether and when a failed job runs again.
 *
 * @param maxRetries attempts after the first, 0 to 1000; default 10
 */
public record RetryPolicy(int maxRetries, Backoff backoff) {
    /** 10 retries, exponential from 1 s to 1 h. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(10, Backoff.DEFAULT);

    /** @throws InvalidInput when a bound is passed */
    public RetryPolicy {
        if (maxRetries < 0 || maxRetries > JobSpec.MAX_RETRIES) {
            throw new InvalidInput("maxRetries", "must be 0 to " + JobSpec.MAX_RETRIES + ", was " + maxRetries);
        }
    }

    /** This policy, with what a job asks for instead where it asks for something. */
    public RetryPolicy overriddenBy(JobSpec spec) {
        return new RetryPolicy(spec.maxRetries() == null ? maxRetries : spec.maxRetries(),
                spec.backoff() == null ? backoff : spec.backoff());
    }

    /**
     * The wait before the next attempt, or empty when the retries are used up.
     *
     * @param attempt the number of the attempt that failed, from 1, less the attempts
     *         {@link History#forgiven() forgiven}
     * @param floor a wait that whoever failed asked for; jitter never shortens it
     */
    public Optional<Duration> next(int attempt, Duration floor, RandomGenerator random) {
        return attempt > maxRetries ? Optional.empty() : Optional.of(delay(attempt, floor, random));
    }

    /** The wait after an attempt, whether retries are left or not; see {@link #next}. */
    public Duration delay(int attempt, Duration floor, RandomGenerator random) {
        Duration drawn = backoff.delay(attempt, random);
        return drawn.compareTo(floor) < 0 ? floor : drawn;
    }
}
