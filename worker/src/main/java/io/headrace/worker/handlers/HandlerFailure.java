package io.headrace.worker.handlers;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by our own handlers: a failure with a type of its own, such as {@code exit_1}, rather than an exception's
 * name.
 */
public final class HandlerFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** What a failure says about the next attempt. */
    private enum Kind {
        PERMANENT, PASSING, POSTPONED, UNABLE
    }

    private final String type;
    private final Kind kind;
    private final Duration floor;

    private HandlerFailure(Kind kind, String type, String message, Duration floor, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.type = type;
        this.floor = floor;
    }

    /** No retry can help. */
    public static HandlerFailure permanent(String type, String message, @Nullable Throwable cause) {
        return new HandlerFailure(Kind.PERMANENT, type, message, Duration.ZERO, cause);
    }

    /** The job's policy decides. */
    public static HandlerFailure passing(String type, String message, @Nullable Throwable cause) {
        return new HandlerFailure(Kind.PASSING, type, message, Duration.ZERO, cause);
    }

    /** The job's policy decides, and the next attempt waits at least so long. */
    public static HandlerFailure passing(String type, String message, Duration floor) {
        return new HandlerFailure(Kind.PASSING, type, message, floor, null);
    }

    /** The target asked for a wait: the next attempt waits at least so long, and this one uses no retry. */
    public static HandlerFailure postponed(String type, String message, Duration floor) {
        return new HandlerFailure(Kind.POSTPONED, type, message, floor, null);
    }

    /**
     * This machine could not begin the work, for want of a thread, a child or a descriptor: the job uses no attempt.
     */
    public static HandlerFailure unable(String type, String message, @Nullable Throwable cause) {
        return new HandlerFailure(Kind.UNABLE, type, message, Duration.ZERO, cause);
    }

    public String type() {
        return type;
    }

    public boolean permanent() {
        return kind == Kind.PERMANENT;
    }

    public boolean postponed() {
        return kind == Kind.POSTPONED;
    }

    public boolean unable() {
        return kind == Kind.UNABLE;
    }

    public Duration floor() {
        return floor;
    }
}
