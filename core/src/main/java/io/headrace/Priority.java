package io.headrace;

import io.headrace.format.Excerpt;
import java.util.Locale;

/** How urgent a job is within its queue. Each priority is a stream of its own; lower ones keep a guaranteed share. */
public enum Priority {
    HIGH('h'), NORMAL('n'), LOW('l');

    private final char code;

    Priority(char code) {
        this.code = code;
    }

    /** The letter that stands for the priority in a {@link JobId}. */
    public char code() {
        return code;
    }

    /** The name that the HTTP API and the CLI use: {@code high}, {@code normal}, {@code low}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws InvalidInput when there is no such priority */
    public static Priority ofLabel(String label) {
        for (Priority priority : values()) {
            if (priority.label().equals(label)) {
                return priority;
            }
        }
        throw new InvalidInput("priority", "must be high, normal or low, was '" + Excerpt.of(label) + "'");
    }

    /** @throws IllegalArgumentException when no priority has this letter */
    public static Priority ofCode(char code) {
        return switch (code) {
            case 'h' -> HIGH;
            case 'n' -> NORMAL;
            case 'l' -> LOW;
            default -> throw new IllegalArgumentException("no priority has the letter '" + code + "'");
        };
    }
}
