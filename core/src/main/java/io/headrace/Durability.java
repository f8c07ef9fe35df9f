package io.headrace;

import io.headrace.format.Excerpt;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What must have happened to a job before its submission is answered. A broker that cannot give it refuses
 * ({@link DurabilityUnavailable}) and never gives less in silence.
 *
 * @param replicas how many replicas must hold the job, 1 to {@value #MOST_REPLICAS}; 0 unless {@code REPLICATED}
 */
public record Durability(Kind kind, int replicas) {
    /** What is waited for. */
    public enum Kind {
        /** The broker has it in memory. What a crash of the broker then loses is up to how often it writes to disk. */
        MEMORY,
        /** The broker has it on disk, so no crash of it, nor of its machine, loses the job. */
        FSYNC,
        /** So many replicas have it in memory, so a fail-over to the most advanced of them does not lose the job. */
        REPLICATED
    }

    /** No deployment worth waiting for has more. */
    public static final int MOST_REPLICAS = 9;

    public static final Durability MEMORY = new Durability(Kind.MEMORY, 0);
    public static final Durability FSYNC = new Durability(Kind.FSYNC, 0);

    private static final Pattern REPLICATED = Pattern.compile("replicated:([1-9])");

    public Durability {
        int least = kind == Kind.REPLICATED ? 1 : 0;
        int most = kind == Kind.REPLICATED ? MOST_REPLICAS : 0;
        if (replicas < least || replicas > most) {
            throw new IllegalArgumentException("replicas must be " + least + " to " + most + ", was " + replicas);
        }
    }

    /** The job is on so many replicas, 1 to {@value #MOST_REPLICAS}. */
    public static Durability replicated(int replicas) {
        return new Durability(Kind.REPLICATED, replicas);
    }

    /**
     * Reads {@code memory}, {@code fsync} or {@code replicated:N}.
     *
     * @param field what the text is the value of
     * @throws InvalidInput when it is none of these
     */
    public static Durability parse(String field, String text) {
        Matcher matcher = REPLICATED.matcher(text);
        if (matcher.matches()) {
            return replicated(Integer.parseInt(matcher.group(1)));
        }
        return switch (text) {
            case "memory" -> MEMORY;
            case "fsync" -> FSYNC;
            default -> throw new InvalidInput(field, "must be memory, fsync or replicated:N with N from 1 to "
                    + MOST_REPLICAS + ", was '" + Excerpt.of(text) + "'");
        };
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        String name = kind.name().toLowerCase(Locale.ROOT);
        return kind == Kind.REPLICATED ? name + ":" + replicas : name;
    }
}
