package io.headrace;

import org.jspecify.annotations.Nullable;

/** The stored bytes of a job are not what Headrace writes. The job is set aside as dead; the queue goes on. */
public final class CorruptDocument extends HeadraceException {
    private static final long serialVersionUID = 1L;

    public CorruptDocument(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
