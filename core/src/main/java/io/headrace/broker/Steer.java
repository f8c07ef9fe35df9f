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

    /** Which one a word stands for, empty when it stands for none. */
    public static Optional<Steer> ofLabel(String label) {
        for (Steer steer : values()) {
            if (steer.label().equals(label)) {
                return Optional.of(steer);
            }
        }
        return Optional.empty();
    }
}
