package io.headrace.worker.handlers;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a program says about the bytes that it gives.
 *
 * @param media in lower case, such as {@code text/plain}; empty when nothing was said
 * @param charset as it was written; empty when nothing was said
 */
public record ContentType(String media, Optional<String> charset) {
    /** Nothing was said. */
    public static final ContentType UNKNOWN = new ContentType("", Optional.empty());

    private static final Pattern CHARSET = Pattern.compile(";\\s*charset\\s*=\\s*(?:\"([^\"]*)\"|([^;\\s]*))",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern JSON = Pattern.compile("application/json|text/json|[^/]+/[^/]+\\+json");
    private static final Pattern TEXT = Pattern
            .compile("text/.*|[^/]+/[^/]+\\+(xml|yaml|json-seq)|application/(xml|yaml|"
                    + "x-yaml|toml|javascript|ecmascript|sql|graphql|x-www-form-urlencoded|"
                    + "x-ndjson|jsonl|json-seq|x-sh)");

    public static ContentType parse(String header) {
        int semicolon = header.indexOf(';');
        String media = (semicolon < 0 ? header : header.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        Matcher charset = CHARSET.matcher(header);
        return new ContentType(media, charset.find()
                ? Optional.of(charset.group(1) == null ? charset.group(2) : charset.group(1))
                : Optional.empty());
    }

    boolean json() {
        return JSON.matcher(media).matches();
    }

    /** Whether it is said to be text, or nothing is said. */
    public boolean maybeText() {
        return media.isEmpty() || charset.isPresent() || json() || TEXT.matcher(media).matches();
    }
}
