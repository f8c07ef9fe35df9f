package io.headrace;

import io.headrace.format.Excerpt;
import java.util.regex.Pattern;

/** What kind of work a job is, and so which handler runs it: 1 to 128 characters of {@code A-Z a-z 0-9 . _ : -}. */
public record JobType(String value) implements Comparable<JobType> {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");

    /** @throws InvalidInput when the name is not allowed */
    public JobType {
        if (!ALLOWED.matcher(value).matches()) {
            throw new InvalidInput("type",
                    "must be 1 to 128 characters of A-Z a-z 0-9 . _ : - and start with a letter or digit, was '"
                            + Excerpt.of(value) + "'");
        }
    }

    @Override
    public int compareTo(JobType other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
