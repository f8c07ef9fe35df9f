package io.headrace;

import org.jspecify.annotations.Nullable;

/**
 * The broker could not be reached, or refused to store. What the call meant to write was not written; try again later.
 */
public final class BrokerUnavailable extends HeadraceException {
    private static final long serialVersionUID = 1L;

    public BrokerUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
