package io.headrace;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Why an attempt failed.
 *
 * @param type a short stable name that failures can be grouped by: the exception's class name, {@code exit_1},
 *            {@code http_503}, {@code timeout}, {@code worker_lost}
 * @param message for people; at most 2,000 characters are kept
 * @param stack where it failed, trimmed to 8,000 characters; null when there is no such place
 */
public record Failure(String type, String message, @Nullable String stack) {
    /** The longest message that is kept, in characters. */
    public static final int MAX_MESSAGE = 2_000;

    /** The longest stack that is kept, in characters. */
    public static final int MAX_STACK = 8_000;

    public Failure {
        message = trim(message, MAX_MESSAGE);
        stack = stack == null ? null : trim(stack, MAX_STACK);
    }

    /**
     * Reads the object of a stored document that the parser stands on.
     *
     * @param withStack whether the stack is wanted; else it is skipped without being decoded
     * @throws IOException when there is no object
     */
    static Failure read(JsonParser p, boolean withStack) throws IOException {
        if (p.currentToken() != JsonToken.START_OBJECT) {
            throw new IOException("expected an object");
        }
        String type = "unknown";
        String message = "";
        String stack = null;
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            String name = p.currentName();
            p.nextToken();
            if (name.equals("type")) {
                type = p.getText();
            } else if (name.equals("message")) {
                message = p.getText();
            } else if (withStack && name.equals("stack")) {
                stack = p.getText();
            } else {
                p.skipChildren();
            }
        }
        return new Failure(type, message, stack);
    }

    private static String trim(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(max - 2)) ? max - 2 : max - 1;
        return text.substring(0, end) + "…";
    }
}
