package io.headrace.worker.handlers;

import io.headrace.InvalidInput;
import io.headrace.Json;
import org.jspecify.annotations.Nullable;

/** Makes a result of text that a program printed or a server answered. */
final class TextResult {
    private TextResult() {}

    /** One JSON value as such; any other text as a string, without the line end it ends with; nothing for nothing. */
    static @Nullable Json of(String printed) {
        String text = chomp(printed);
        if (text.isBlank()) {
            return text.isEmpty() ? null : Json.of(text);
        }
        try {
            return Json.parse(text);
        } catch (InvalidInput e) {
            return Json.of(text);
        }
    }

    /** The text as a string, even if it looks like JSON; nothing for nothing. */
    static @Nullable Json verbatim(String printed) {
        String text = chomp(printed);
        return text.isEmpty() ? null : Json.of(text);
    }

    private static String chomp(String text) {
        if (text.endsWith("\r\n")) {
            return text.substring(0, text.length() - 2);
        }
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
