package io.headrace.redis.doctor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one check of the {@link Doctor} has to say.
 *
 * @param check a short stable name
 * @param queue where it was found, null when it is about Redis
 * @param found what is the case, in words for people
 * @param advice what to do about it, empty when there is nothing to do
 * @param count how often it was found, 1 when it is about Redis
 * @param examples some of what it was found at, at most {@value #EXAMPLES}
 * @param repair what a repair does, null when there is none
 */
public record Finding(Level level, String check, @Nullable String queue, String found, String advice, long count,
        List<String> examples, @Nullable String repair) {
    /** How many examples are told. */
    public static final int EXAMPLES = 3;

    /** How bad it is. */
    public enum Level {
        /** As it should be. */
        OK,
        /** No job is at risk by it, or it heals by itself; somebody should know. */
        WARNING,
        /** Jobs are at risk, lost, stuck or refused, or a rule of the data model is broken. */
        PROBLEM
    }

    public Finding {
        examples = List.copyOf(examples);
    }

    static Finding ok(String check, String found) {
        return new Finding(Level.OK, check, null, found, "", 1, List.of(), null);
    }

    static Finding warning(String check, String found, String advice) {
        return new Finding(Level.WARNING, check, null, found, advice, 1, List.of(), null);
    }

    static Finding problem(String check, String found, String advice) {
        return new Finding(Level.PROBLEM, check, null, found, advice, 1, List.of(), null);
    }
}
