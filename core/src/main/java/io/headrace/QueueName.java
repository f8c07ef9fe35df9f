package io.headrace;

import io.headrace.format.Excerpt;
import java.util.regex.Pattern;

/**
 * The name of a queue: 1 to 63 characters of {@code a-z 0-9 . -}, starting with a letter or digit. It travels in job
 * ids, keys, URLs and metric tags, so it needs no escaping in any of them.
 */
public record QueueName(String value) implements Comparable<QueueName> {
    private static final Pattern ALLOWED = Pattern.compile("[a-z0-9][a-z0-9.-]{0,62}");

    /** The queue of a submission that names none. */
    public static final QueueName DEFAULT = new QueueName("default");

    /** @throws InvalidInput when the name is not allowed */
    public QueueName {
        if (!ALLOWED.matcher(value).matches()) {
            throw new InvalidInput("queue",
                    "must be 1 to 63 characters of a-z 0-9 . - and start with a letter or digit, was '"
                            + Excerpt.of(value) + "'");
        }
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
