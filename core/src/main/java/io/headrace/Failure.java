package io.headrace;

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

    private static String trim(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(max - 2)) ? max - 2 : max - 1;
        return text.substring(0, end) + "…";
    }
}
