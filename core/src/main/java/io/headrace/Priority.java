package io.headrace;

import io.headrace.format.Excerpt;
import java.util.Locale;

/** How urgent a job is within its queue. Each level is a stream of its own; lower ones keep a guaranteed share. */
public enum Priority {
    HIGH('h'), NORMAL('n'), LOW('l');

    private final char code;

    Priority(char code) {
        this.code = code;
    }

    /** The letter that stands for the level in a {@link JobId}. */
    public char code() {
        return code;
    }

    /** The name that the HTTP API and the CLI use: {@code high}, {@code normal}, {@code low}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws InvalidInput when there is no such level */
    public static Priority ofLabel(String label) {
        for (Priority level : values()) {
            if (level.label().equals(label)) {
                return level;
            }
        }
        throw new InvalidInput("priority", "must be high, normal or low, was '" + Excerpt.of(label) + "'");
    }

    /** @throws IllegalArgumentException when no level has this letter */
    public static Priority ofCode(char code) {
        return switch (code) {
            case 'h' -> HIGH;
            case 'n' -> NORMAL;
            case 'l' -> LOW;
            default -> throw new IllegalArgumentException("no level has the letter '" + code + "'");
        };
    }
}
