package io.headrace;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a sender asks for: the part of a job that never changes after its submission. Null stands for "the default",
 * which the worker's {@link RetryPolicy} or the queue's settings decide.
 *
 * @param timeout how long one attempt may take, 1 ms to 7 days
 * @param maxRetries attempts after the first, 0 to 1000
 * @param expiresIn after this long from acceptance no attempt is started any more, 1 ms to 365 days
 * @param uniqueKey 1 to 256 characters; at most one unfinished job of the queue has it
 * @param retention how long the finished job can be looked up, 0 to 365 days
 * @param traceparent the W3C trace context, handed to the handler
 */
public record JobSpec(JobType type, Json payload, @Nullable Duration timeout, @Nullable Integer maxRetries,
        @Nullable Backoff backoff, @Nullable Duration expiresIn, @Nullable String uniqueKey,
        @Nullable Duration retention,
        @Nullable String traceparent) {
    /** The most retries a job may ask for. */
    public static final int MAX_RETRIES = 1000;

    /** @throws InvalidInput when a bound is passed */
    public JobSpec {
        between("timeout", timeout, Duration.ofMillis(1), Duration.ofDays(7));
        between("expiresIn", expiresIn, Duration.ofMillis(1), Duration.ofDays(365));
        between("retention", retention, Duration.ZERO, Duration.ofDays(365));
        if (maxRetries != null && (maxRetries < 0 || maxRetries > MAX_RETRIES)) {
            throw new InvalidInput("maxRetries", "must be 0 to " + MAX_RETRIES + ", was " + maxRetries);
        }
        if (uniqueKey != null && (uniqueKey.isEmpty() || uniqueKey.length() > 256)) {
            throw new InvalidInput("uniqueKey", "must have 1 to 256 characters, had " + uniqueKey.length());
        }
    }

    private static void between(String field, @Nullable Duration value, Duration min, Duration max) {
        if (value != null && (value.compareTo(min) < 0 || value.compareTo(max) > 0)) {
            throw new InvalidInput(field, "must be " + Durations.format(min) + " to " + Durations.format(max) + ", was "
                    + Durations.format(value));
        }
    }

    /** This job with other content, as when a dead job is edited before its retry. */
    public JobSpec withPayload(Json other) {
        return new JobSpec(type, other, timeout, maxRetries, backoff, expiresIn, uniqueKey, retention, traceparent);
    }

    /** The uniqueness key, when the job has one. */
    public Optional<String> unique() {
        return Optional.ofNullable(uniqueKey);
    }
}
