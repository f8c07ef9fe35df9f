package io.headrace.api.http;

import io.headrace.InvalidInput;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.concurrent.TimeUnit;

/** Times as RFC 3339 writes them: {@code 2026-11-22T01:02:03.004Z}. */
public final class Rfc3339 {
    private static final long MS_A_DAY = TimeUnit.DAYS.toMillis(1);

    private Rfc3339() {}

    /** In UTC, to the millisecond. */
    public static String format(Instant instant) {
        long ms = instant.toEpochMilli();
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(ms, MS_A_DAY));
        int ofDay = (int) Math.floorMod(ms, MS_A_DAY);
        StringBuilder out = new StringBuilder(24);
        pad(out, date.getYear(), 1000).append('-');
        pad(out, date.getMonthValue(), 10).append('-');
        pad(out, date.getDayOfMonth(), 10).append('T');
        pad(out, ofDay / 3_600_000, 10).append(':');
        pad(out, ofDay / 60_000 % 60, 10).append(':');
        pad(out, ofDay / 1000 % 60, 10).append('.');
        return pad(out, ofDay % 1000, 100).append('Z').toString();
    }

    /** Writes leading zeros up to the place of the {@code unit}, a power of ten. */
    private static StringBuilder pad(StringBuilder out, int value, int unit) {
        for (int u = unit; u > 1 && value < u; u /= 10) {
            out.append('0');
        }
        return out.append(value);
    }

    /** @throws InvalidInput when the text is not a time of the years 1970 to 9999 with an offset */
    public static Instant parse(String field, String text) {
        try {
            OffsetDateTime time = OffsetDateTime.parse(text);
            Instant instant = time.toInstant();
            if (!instant.isBefore(Instant.EPOCH) && time.getYear() <= 9999) {
                return instant;
            }
        } catch (DateTimeParseException e) {
            // reported below, like a year out of bounds
        }
        String shown = text.length() <= 40 ? text : text.substring(0, 40) + "…";
        throw new InvalidInput(field,
                "must be a time with an offset such as 2026-11-22T08:00:00Z, from 1970 to 9999, was '" + shown + "'");
    }
}
