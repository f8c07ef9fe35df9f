package io.headrace.broker;

import java.util.Locale;
import java.util.Optional;

/** What an operator can tell a worker to do. */
public enum Steer {
    /** Claim nothing more; what runs goes on. */
    QUIET,
    /** Claim again. */
    RESUME;

    /** The word that is stored. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The wish of a word, empty when there is none. */
    public static Optional<Steer> ofLabel(String label) {
        for (Steer wish : values()) {
            if (wish.label().equals(label)) {
                return Optional.of(wish);
            }
        }
        return Optional.empty();
    }
}
