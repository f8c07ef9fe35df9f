package io.headrace.format;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How {@code /metrics} is written. */
public enum ScrapeFormat {
    /** What every reader of Prometheus figures knows. */
    TEXT("text/plain; version=0.0.4; charset=utf-8"),
    /** What also carries exemplars. */
    OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

    private final String contentType;

    ScrapeFormat(String contentType) {
        this.contentType = contentType;
    }

    /** With its version, as the header of the answer tells it. */
    public String contentType() {
        return contentType;
    }

    /** The media type alone. */
    public String mediaType() {
        return contentType.substring(0, contentType.indexOf(';'));
    }

    /** The one to answer with: {@link #OPEN_METRICS} for those that name it in their Accept header. */
    public static ScrapeFormat accepted(@Nullable String accept) {
        if (accept != null) {
            for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
                String[] parts = range.strip().split("\\s*;\\s*", -1);
                if (parts[0].equals(OPEN_METRICS.mediaType())) {
                    boolean refused = false;
                    for (String part : parts) {
                        refused |= part.matches("q=0(\\.0{0,3})?");
                    }
                    return refused ? TEXT : OPEN_METRICS;
                }
            }
        }
        return TEXT;
    }
}
