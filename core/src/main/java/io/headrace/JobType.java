package io.headrace;

import io.headrace.format.Excerpt;

/** What kind of work a job is, and so which handler runs it: 1 to 128 characters of {@code A-Z a-z 0-9 . _ : -}. */
public record JobType(String value) implements Comparable<JobType> {
    private static final int MAX_LENGTH = 128;

    /** @throws InvalidInput when the name is not allowed */
    public JobType {
        if (!allowed(value)) {
            throw new InvalidInput("type",
                    "must be 1 to 128 characters of A-Z a-z 0-9 . _ : - and start with a letter or digit, was '"
                            + Excerpt.of(value) + "'");
        }
    }

    private static boolean allowed(String value) {
        boolean allowed = !value.isEmpty() && value.length() <= MAX_LENGTH && alphanumeric(value.charAt(0));
        for (int i = 1; i < value.length() && allowed; i++) {
            char c = value.charAt(i);
            allowed = alphanumeric(c) || c == '.' || c == '_' || c == ':' || c == '-';
        }
        return allowed;
    }

    private static boolean alphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
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
