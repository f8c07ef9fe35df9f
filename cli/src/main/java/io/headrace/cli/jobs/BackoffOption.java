package io.headrace.cli.jobs;

import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.Durations;
import io.headrace.InvalidInput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long a job waits before its retries, as {@code KIND[:BASE[:CAP]]}; what is left out, and what is allowed, the API
 * knows.
 *
 * @param base such as {@code 30s}
 * @param cap such as {@code 1h}
 */
public record BackoffOption(String kind, @Nullable String base, @Nullable String cap) {
    /** @throws InvalidInput when it has more parts, or those are no durations */
    public static BackoffOption parse(String text) {
        List<String> parts = List.of(text.split(":", -1));
        if (parts.size() > 3) {
            throw new InvalidInput("value", "must be KIND[:BASE[:CAP]] such as fixed:30s, was '" + text + "'");
        }
        parts.stream().skip(1).forEach(part -> Durations.parse("value", part));
        return new BackoffOption(parts.get(0), parts.size() > 1 ? parts.get(1) : null,
                parts.size() > 2 ? parts.get(2) : null);
    }

    void write(JsonGenerator g) throws IOException {
        g.writeObjectFieldStart("backoff");
        g.writeStringField("kind", kind);
        if (base != null) {
            g.writeStringField("base", base);
        }
        if (cap != null) {
            g.writeStringField("cap", cap);
        }
        g.writeEndObject();
    }
}
