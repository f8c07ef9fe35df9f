package io.headrace.redis.embedded;

import java.io.IOException;

/** A server cannot read its append-only file to the end; {@link DataRepair} can cut it off there. */
public final class DataUnreadable extends IOException {
    private static final long serialVersionUID = 1;

    DataUnreadable(String message) {
        super(message);
    }
}
