package io.headrace;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Thrown by a handler: the attempt failed, and the next one must not start before a delay has passed. */
public final class RetryLater extends Exception {
    private static final long serialVersionUID = 1L;
    private final Duration delay;

    /**
     * @param delay a floor of the wait, such as a server's {@code Retry-After}; null and negative count as zero, more than 365 days
     *            as 365 days
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
