package io.headrace;

import org.jspecify.annotations.Nullable;

/**
 * How far a running job says it is.
 *
 * @param fraction 0 to 1
 * @param message what it is doing, at most 500 characters
 */
public record Progress(double fraction, @Nullable String message) {
    /** @throws InvalidInput when a bound is passed */
    public Progress {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new InvalidInput("progress.fraction", "must be 0 to 1, was " + fraction);
        }
        if (message != null && message.length() > 500) {
            throw new InvalidInput("progress.message", "must have at most 500 characters, had " + message.length());
        }
    }
}
