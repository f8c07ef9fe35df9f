package io.headrace;

import io.headrace.format.Excerpt;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as people write them: {@code 250ms}, {@code 30s}, {@code 10m}, {@code 2h}, {@code 7d}, or ISO-8601. */
public final class Durations {
    private static final Pattern SHORT = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)");

    private Durations() {}

    /**
     * Reads a duration of zero or more, at most 100 years.
     *
     * @param field the name to blame
     * @throws InvalidInput when the text is not a duration
     */
    public static Duration parse(String field, String text) {
        Duration value = read(text);
        if (value == null || value.isNegative() || value.toDays() > 36_500) {
            throw new InvalidInput(field,
                    "must be a duration such as 250ms, 30s, 10m, 2h, 7d or PT30S, was '" + Excerpt.of(text) + "'");
        }
        return value;
    }

    private static @Nullable Duration read(String text) {
        Matcher m = SHORT.matcher(text);
        try {
            if (!m.matches()) {
                return Duration.parse(text);
            }
            long n = Long.parseLong(m.group(1));
            return switch (m.group(2)) {
                case "ms" -> Duration.ofMillis(n);
                case "s" -> Duration.ofSeconds(n);
                case "m" -> Duration.ofMinutes(n);
                case "h" -> Duration.ofHours(n);
                default -> Duration.ofDays(n);
            };
        } catch (DateTimeParseException | ArithmeticException e) {
            return null;
        }
    }

    /** The shortest exact form, to the millisecond: {@code 1500ms}, {@code 90s}, {@code 2h}. */
    public static String format(Duration duration) {
        long ms = duration.toMillis();
        if (ms == 0) {
            return "0s";
        }
        if (ms % 86_400_000 == 0) {
            return ms / 86_400_000 + "d";
        }
        if (ms % 3_600_000 == 0) {
            return ms / 3_600_000 + "h";
        }
        if (ms % 60_000 == 0) {
            return ms / 60_000 + "m";
        }
        return ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms";
    }
}
