package io.headrace;

import org.jspecify.annotations.Nullable;

/**
 * The connection died after the write was sent and before its answer came: it may have been stored or not. A submission
 * with an {@link Idempotency} key can be sent again safely; one without may run twice when sent again.
 */
public final class OutcomeUnknown extends HeadraceException {
    private static final long serialVersionUID = 1L;

    public OutcomeUnknown(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
