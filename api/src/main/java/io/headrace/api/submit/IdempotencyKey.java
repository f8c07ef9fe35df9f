package io.headrace.api.submit;

import io.headrace.InvalidInput;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code Idempotency-Key}. Its draft standard has it a quoted text, most clients send it bare: both mean the
 * same key. White space around it means nothing, inside it is part of the key.
 */
final class IdempotencyKey {
    private static final String NAME = "Idempotency-Key";
    private static final CharSequence HEADER = HttpHeaders.createOptimized("idempotency-key");

    private IdempotencyKey() {}

    /**
     * The key, null when there is none.
     *
     * @throws InvalidInput when it is given twice, or is quoted in part
     */
    static @Nullable String of(HttpServerRequest request) {
        String header = request.getHeader(HEADER);
        if (header != null && request.headers().getAll(HEADER).size() > 1) {
            throw new InvalidInput(NAME, "is given more than once");
        }
        return header == null ? null : read(header);
    }

    static String read(String header) {
        String text = header.strip();
        return text.startsWith("\"") ? unquoted(text) : text;
    }

    /**
     * A text of RFC 8941: a backslash stands before a quote and before itself, and nothing comes behind the closing
     * quote.
     */
    private static String unquoted(String text) {
        StringBuilder key = new StringBuilder();
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                if (i == text.length() - 1) {
                    return key.toString();
                }
                break;
            }
            if (c == '\\') {
                i++;
                if (i == text.length() || (text.charAt(i) != '"' && text.charAt(i) != '\\')) {
                    break;
                }
            }
            key.append(text.charAt(i));
        }
        throw new InvalidInput(NAME, "begins with a quote, so it must be one quoted text, such as \"order-17\"");
    }
}
