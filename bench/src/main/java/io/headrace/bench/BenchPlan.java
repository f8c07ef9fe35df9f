package io.headrace.bench;

import io.headrace.redis.config.RedisConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to measure.
 *
 * @param program the main class of the command whose {@code api} is measured
 * @param redis where; null for a server of our own without persistence
 * @param only names of scenarios, in the order in which they run
 * @param jobs how many a run handles, at least 100; slow scenarios take fewer and say so
 * @param runs how often each is measured, at least 1, after its warm-up; slow scenarios are fewer times and say so
 * @param payload bytes of each job's payload, at least {@value #SMALLEST_PAYLOAD}
 * @param limits of scenarios that are not measured in jobs a run
 */
public record BenchPlan(Class<?> program, @Nullable RedisConfig redis, List<String> only, int jobs, int runs,
        int payload,
        BenchLimits limits) {
    /** A JSON object with one field and one character in it. */
    public static final int SMALLEST_PAYLOAD = 9;

    public BenchPlan {
        only = List.copyOf(only);
    }
}
