package io.headrace.broker;

import java.util.List;
import java.util.Optional;

/**
 * Some jobs of a list, and where it goes on.
 *
 * @param <T> {@link io.headrace.Job}, or {@link DeadJob} where less is asked for
 * @param next the cursor of the next page, empty at the end; a page may be short or empty and still have a next one
 *            when few of the jobs looked at match the filter, or when its jobs are large: it ends with the one
 *            whose stored document brings it to {@value #MAX_BYTES} bytes
 */
public record JobPage<T>(List<T> jobs, Optional<String> next) {
    /** How many bytes of stored documents a page may reach before it ends. */
    public static final int MAX_BYTES = 1024 * 1024;

    public JobPage {
        jobs = List.copyOf(jobs);
    }
}
