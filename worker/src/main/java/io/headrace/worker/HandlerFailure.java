package io.headrace.worker;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/** Thrown by our own handlers: a failure with a type of its own, such as {@code exit_1}, rather than an exception's name. */
final class HandlerFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final String type;
    private final boolean permanent;
    private final Duration floor;

    private HandlerFailure(String type, String message, boolean permanent, Duration floor, @Nullable Throwable cause) {
        super(message, cause);
        this.type = type;
        this.permanent = permanent;
        this.floor = floor;
    }

    /** No retry can help. */
    static HandlerFailure permanent(String type, String message, @Nullable Throwable cause) {
        return new HandlerFailure(type, message, true, Duration.ZERO, cause);
    }

    /** The job's policy decides. */
    static HandlerFailure passing(String type, String message, @Nullable Throwable cause) {
        return new HandlerFailure(type, message, false, Duration.ZERO, cause);
    }

    /** The job's policy decides, and the next attempt waits at least so long. */
    static HandlerFailure passing(String type, String message, Duration floor) {
        return new HandlerFailure(type, message, false, floor, null);
    }

    String type() {
        return type;
    }

    boolean permanent() {
        return permanent;
    }

    Duration floor() {
        return floor;
    }
}
