package io.headrace;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a handler: the job cannot be done now, and is to run again later. The next attempt does not start before a
 * delay has passed, and this one uses none of the job's retries: what asks for a wait has not failed. That holds for
 * {@value #MOST} attempts of a job; later ones count like any failure. Its {@code expiresIn} bounds the waits by time.
 */
public final class RetryLater extends Exception {
    /** So many attempts of a job use no retry. */
    public static final int MOST = 1_000;

    private static final long serialVersionUID = 1L;
    private final Duration delay;

    /**
     * @param delay a floor of the wait, such as a server's {@code Retry-After}; null and negative count as zero, more
     *            than 365 days as 365 days
     */
    public RetryLater(@Nullable String message, @Nullable Duration delay) {
        super(message);
        this.delay = delay == null || delay.isNegative() ? Duration.ZERO
                : delay.compareTo(NewJob.MAX_DELAY) > 0 ? NewJob.MAX_DELAY : delay;
    }

    /** The floor of the wait. */
    public Duration delay() {
        return delay;
    }
}
