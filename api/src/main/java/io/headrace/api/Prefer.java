package io.headrace.api;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The preference {@code wait} of RFC 7240. Others, and ones that make no sense, are passed over, as the RFC asks. */
final class Prefer {
    /** The longest a request waits. */
    static final Duration MAX_WAIT = Duration.ofSeconds(60);

    private static final Pattern WAIT = Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(?:$|[,;])");

    private Prefer() {}

    /** How long the sender is ready to wait, at most {@link #MAX_WAIT}; empty when it is not. */
    static Optional<Duration> wait(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        Matcher wait = WAIT.matcher(header.toLowerCase(Locale.ROOT));
        if (!wait.find()) {
            return Optional.empty();
        }
        long seconds = Math.min(Long.parseLong(wait.group(1)), MAX_WAIT.toSeconds());
        return seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    }
}
