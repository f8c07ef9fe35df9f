package io.headrace.format;

/** Shortens text from outside before it is put into a message. */
public final class Excerpt {
    private static final int MAX_CHARS = 80;

    private Excerpt() {}

    public static String of(String text) {
        return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
    }
}
