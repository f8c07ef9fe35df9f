package io.headrace.cli.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The part of a URL after its path. Not thread-safe. */
public final class UrlQuery {
    private final StringBuilder text = new StringBuilder();

    /** Adds a parameter, encoded; none when there is no value. */
    public UrlQuery with(String name, @Nullable Object value) {
        if (value != null) {
            text.append(text.length() == 0 ? '?' : '&').append(name).append('=')
                    .append(URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
        }
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
