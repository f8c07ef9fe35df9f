package io.headrace;

import java.time.Duration;

/** Thrown by a handler: the attempt failed, and the next one must not start before a delay has passed. */
public final class RetryLater extends Exception {
    private static final long serialVersionUID = 1L;
    private final Duration delay;

    /** @param delay a floor of the wait, such as a server's {@code Retry-After}; negative counts as zero */
    public RetryLater(String message, Duration delay) {
        super(message);
        this.delay = delay.isNegative() ? Duration.ZERO : delay;
    }

    /** The floor of the wait. */
    public Duration delay() {
        return delay;
    }
}
