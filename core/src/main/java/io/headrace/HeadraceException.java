package io.headrace;

import org.jspecify.annotations.Nullable;

/** The root of what Headrace throws; each subclass is one thing that a caller can do differently. */
public abstract class HeadraceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HeadraceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
