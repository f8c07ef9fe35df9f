package io.headrace.api.http;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells whether the header {@code Accept} of a request allows a media type. */
final class AcceptHeader {
    private AcceptHeader() {}

    /** Whether the header, if there is one, allows this media type; the most specific range that fits decides. */
    static boolean allows(@Nullable String header, String mediaType) {
        if (header == null || header.isBlank()) {
            return true;
        }
        int best = -1;
        boolean allowed = false;
        for (String range : header.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.strip().split("\\s*;\\s*", -1);
            int specific = fit(parts[0], mediaType);
            if (specific > best) {
                best = specific;
                allowed = Arrays.stream(parts).noneMatch(part -> part.matches("q=0(\\.0{0,3})?"));
            }
        }
        return allowed;
    }

    private static int fit(String range, String mediaType) {
        if (range.equals(mediaType)) {
            return 2;
        }
        if (range.endsWith("/*") && mediaType.startsWith(range.substring(0, range.length() - 1))) {
            return 1;
        }
        return range.equals("*/*") || range.equals("*") ? 0 : -1;
    }
}
