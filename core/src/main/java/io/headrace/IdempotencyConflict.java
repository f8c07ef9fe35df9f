package io.headrace;

/** The Idempotency-Key was used before with another request. Nothing was stored. */
public final class IdempotencyConflict extends HeadraceException {
    private static final long serialVersionUID = 1L;

    public IdempotencyConflict(String key) {
        super("the Idempotency-Key '" + key + "' was used before with a different request", null);
    }
}
