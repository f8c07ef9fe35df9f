package io.headrace.api.submit;

import io.headrace.Durability;
import io.headrace.InvalidInput;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The preferences of RFC 7240 that are honoured: {@code wait} and {@code durability}. Others, and a wait that makes no
 * sense, are passed over, as the RFC asks. A durability is never: whoever asks for it must not get less without being
 * told.
 */
public final class PreferHeader {
    /** The longest a request waits. */
    public static final Duration MAX_WAIT = Duration.ofSeconds(60);

    private static final CharSequence NAME = HttpHeaders.createOptimized("prefer");
    private static final Pattern WAIT = Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(?:$|[,;])",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern DURABILITY = Pattern.compile("(?:^|[,;])\\s*durability\\s*(?:=\\s*([^,;]*))?",
            Pattern.CASE_INSENSITIVE);

    private PreferHeader() {}

    /** How long the sender is ready to wait, at most {@link #MAX_WAIT}; empty when it is not. */
    static Optional<Duration> wait(HttpServerRequest request) {
        if (!given(request)) {
            return Optional.empty();
        }
        Matcher wait = WAIT.matcher(header(request));
        if (!wait.find()) {
            return Optional.empty();
        }
        long seconds = Math.min(Long.parseLong(wait.group(1)), MAX_WAIT.toSeconds());
        return seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    }

    /**
     * How durable the job must be before the answer; empty when the server's setting will do.
     *
     * @throws InvalidInput when it is no durability
     */
    static Optional<Durability> durability(HttpServerRequest request) {
        if (!given(request)) {
            return Optional.empty();
        }
        Matcher durability = DURABILITY.matcher(header(request));
        if (!durability.find()) {
            return Optional.empty();
        }
        String value = durability.group(1) == null ? "" : durability.group(1).strip();
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        String asked = quoted ? value.substring(1, value.length() - 1) : value;
        try {
            return Optional.of(Durability.parse("Prefer: durability", asked.toLowerCase(Locale.ROOT)));
        } catch (InvalidInput e) {
            throw e.was(asked);
        }
    }

    /** What the header {@code Preference-Applied} says of the durability; empty when none was asked for. */
    static String applied(HttpServerRequest request) {
        return durability(request).map(durability -> "durability=" + (durability.replicas() == 0 ? durability
                : "\"" + durability + "\"")).orElse("");
    }

    private static boolean given(HttpServerRequest request) {
        return request.headers().contains(NAME);
    }

    /** A header that comes several times means the same as one with commas. */
    private static String header(HttpServerRequest request) {
        return String.join(",", request.headers().getAll(NAME));
    }
}
