package io.headrace;

import org.jspecify.annotations.Nullable;

/** Stored bytes are not what Headrace writes. The job they stood for is set aside as dead; the queue goes on. */
public final class CorruptDocument extends HeadraceException {
    private static final long serialVersionUID = 1L;

    public CorruptDocument(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
