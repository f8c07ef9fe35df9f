package io.headrace.broker;

import io.headrace.InvalidInput;
import io.headrace.format.Excerpt;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The name of one run of one worker process. It is drawn anew at every start and never derived from the host name, so a
 * restarted worker cannot be taken for the one that held leases before.
 */
public record WorkerId(String value) {
    private static final Pattern ALLOWED = Pattern.compile("[a-z0-9][a-z0-9-]{0,40}");

    /** @throws InvalidInput when the text is not a worker id */
    public WorkerId {
        if (!ALLOWED.matcher(value).matches()) {
            throw new InvalidInput("worker",
                    "must be 1 to 41 characters of a-z 0-9 -, was '" + Excerpt.of(value) + "'");
        }
    }

    /** A new id with 60 random bits, such as {@code w-3f9c1a7be02d4c8}. */
    public static WorkerId random(RandomGenerator random) {
        return new WorkerId(String.format(Locale.ROOT, "w-%015x", random.nextLong() >>> 4));
    }

    @Override
    public String toString() {
        return value;
    }
}
