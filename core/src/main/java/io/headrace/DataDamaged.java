package io.headrace;

import org.jspecify.annotations.Nullable;

/**
 * A key of the broker holds something else than what belongs there, so that what needs it cannot be done. Nothing was
 * written, and trying again helps only after somebody has mended it; {@code headrace doctor} tells what to do. Other
 * queues are not affected.
 */
public final class DataDamaged extends HeadraceException {
    private static final long serialVersionUID = 1L;

    public DataDamaged(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
