package io.headrace;

import java.time.Duration;

/** The queue holds as many jobs as its {@code maxBacklog} setting allows. Nothing was stored; try again later. */
public final class BacklogFull extends HeadraceException {
    private static final long serialVersionUID = 1L;
    private final Duration retryAfter;

    public BacklogFull(QueueName queue, long limit, Duration retryAfter) {
        super("queue '" + queue + "' holds its limit of " + limit + " jobs", null);
        this.retryAfter = retryAfter;
    }

    /** When it is worth trying again; at least one second. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
