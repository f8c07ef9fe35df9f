package io.headrace.api.view;

import io.headrace.Json;
import java.nio.charset.StandardCharsets;

/** The beginning of a long value: enough to tell one from another in a list. */
final class Preview {
    /** Values of so many bytes are listed as they are. */
    static final int WHOLE_BYTES = 512;
    /** How much of the message of an error is listed, in characters. */
    static final int MESSAGE_CHARS = 300;

    private static final int CHARS = 256;
    /** No character takes more bytes, so the last one wanted is never half. */
    private static final int BYTES = 4 * CHARS;

    private Preview() {}

    /** The first {@value #CHARS} characters of a value as its sender wrote it, which may end anywhere in it. */
    static String of(Json value) {
        String begin = new String(value.bytes(), 0, Math.min(value.size(), BYTES), StandardCharsets.UTF_8);
        return begin.substring(0, end(begin, CHARS));
    }

    /** A text, or its beginning with an ellipsis. */
    static String of(String text, int max) {
        return text.length() <= max ? text : text.substring(0, end(text, max - 1)) + "…";
    }

    private static int end(String text, int chars) {
        int end = Math.min(text.length(), chars);
        return end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
    }
}
