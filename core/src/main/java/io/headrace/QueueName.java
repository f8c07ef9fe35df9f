package io.headrace;

import io.headrace.format.Excerpt;

/**
 * The name of a queue: 1 to 63 characters of {@code a-z 0-9 . -}, starting with a letter or digit. It travels in job
 * ids, keys, URLs and metric tags, so it needs no escaping in any of them.
 */
public record QueueName(String value) implements Comparable<QueueName> {
    private static final int MAX_LENGTH = 63;

    /** The queue of a submission that names none. */
    public static final QueueName DEFAULT = new QueueName("default");

    /** @throws InvalidInput when the name is not allowed */
    public QueueName {
        if (!allowed(value)) {
            throw new InvalidInput("queue",
                    "must be 1 to 63 characters of a-z 0-9 . - and start with a letter or digit, was '"
                            + Excerpt.of(value) + "'");
        }
    }

    private static boolean allowed(String value) {
        boolean allowed = !value.isEmpty() && value.length() <= MAX_LENGTH && value.charAt(0) != '.'
                && value.charAt(0) != '-';
        for (int i = 0; i < value.length() && allowed; i++) {
            char c = value.charAt(i);
            allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
        }
        return allowed;
    }

    @Override
    public int compareTo(QueueName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
