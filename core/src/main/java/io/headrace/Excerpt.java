package io.headrace;

/** Shortens text from outside before it is put into a message. */
final class Excerpt {
    private static final int MAX_CHARS = 80;

    private Excerpt() {}

    static String of(String text) {
        return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
    }
}
