package io.headrace.worker.handlers;

import io.headrace.InvalidInput;
import io.headrace.Json;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a result of bytes that a program printed or a server answered: JSON as such, text as a string, and anything
 * else as {@code {"mediaType":…,"base64":…}}. Text is what it is said to be; when nothing is said, UTF-8, or what the
 * byte order mark at its beginning says.
 */
public final class ResultBytes {
    /** How many bytes of a result are kept at most. */
    public static final int MAX = 256 * 1024;

    private static final String SOME_BYTES = "application/octet-stream";

    private ResultBytes() {}

    /**
     * The result; null for no bytes.
     *
     * @param source for people: who gave the bytes
     * @throws HandlerFailure for good, when they are not what they are said to be
     */
    public static @Nullable Json of(byte[] bytes, ContentType type, String source) throws HandlerFailure {
        if (bytes.length == 0) {
            return null;
        }
        if (!type.maybeText()) {
            return binary(bytes, type);
        }
        TextBytes read = TextBytes.of(bytes, type);
        Charset charset = read.charset();
        if (charset == null) {
            throw bad(source + " has the charset '" + shown(type.charset().orElse("")) + "', which is unknown here");
        }
        String text;
        try {
            text = read.strictly();
        } catch (CharacterCodingException e) {
            if (type.charset().isEmpty() && !type.json()) {
                return binary(bytes, type);
            }
            throw bad(source + " is no " + charset.name() + ", as which it was sent");
        }
        if (type.json()) {
            return json(text, type, source);
        }
        return type.media().isEmpty() ? TextResult.of(text) : TextResult.verbatim(text);
    }

    private static @Nullable Json json(String text, ContentType type, String source) throws HandlerFailure {
        if (text.isBlank()) {
            return null;
        }
        try {
            return Json.parse(text);
        } catch (InvalidInput e) {
            throw bad(source + " is no JSON, although it was sent as " + type.media() + ": it " + e.problem());
        }
    }

    private static Json binary(byte[] bytes, ContentType type) {
        Map<String, String> result = new LinkedHashMap<>();
        result.put("mediaType", type.media().isEmpty() ? SOME_BYTES : type.media());
        result.put("base64", Base64.getEncoder().encodeToString(bytes));
        return Json.of(result);
    }

    /** A failure for good: the work is done, and doing it again would give the same. */
    public static HandlerFailure bad(String what) {
        return HandlerFailure.permanent("bad_result", what, null);
    }

    /** A word of a header, for a message. */
    public static String shown(String word) {
        return word.length() <= 40 ? word : word.substring(0, 40) + "…";
    }
}
