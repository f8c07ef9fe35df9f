package io.headrace.api.submit;

import io.headrace.InvalidInput;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code Idempotency-Key}. Its draft standard has it a quoted text, most clients send it bare: both mean the
 * same key. White space around it means nothing, inside it is part of the key.
 */
final class IdempotencyKey {
    private static final String NAME = "Idempotency-Key";

    private IdempotencyKey() {}

    /**
     * The key, null when there is none.
     *
     * @throws InvalidInput when it is given twice, or is quoted in part
     */
    static @Nullable String of(HttpServerRequest request) {
        List<String> all = request.headers().getAll(NAME);
        if (all.size() > 1) {
            throw new InvalidInput(NAME, "is given more than once");
        }
        return all.isEmpty() ? null : read(all.get(0));
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
