package io.headrace;

import org.jspecify.annotations.Nullable;

/** Thrown by a handler: no retry can help, the job is dead now. */
public final class PermanentFailure extends Exception {
    private static final long serialVersionUID = 1L;

    public PermanentFailure(String message) {
        super(message);
    }

    public PermanentFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
