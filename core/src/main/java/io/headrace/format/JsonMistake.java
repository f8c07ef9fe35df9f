package io.headrace.format;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;

/**
 * What is wrong with a JSON text and where, in words for who wrote it: the parser's own tell of its options and its
 * source.
 */
public final class JsonMistake {
    private JsonMistake() {}

    /** Such as {@code line 1, column 7: Unexpected character ('x' (code 120))}. */
    public static String of(IOException e) {
        if (!(e instanceof JsonProcessingException json)) {
            return String.valueOf(e.getMessage());
        }
        String message = String.valueOf(json.getOriginalMessage()).replaceAll(", from `[^`]*`", "");
        for (String inner : new String[]{" (start marker at", " at [Source"}) {
            int at = message.indexOf(inner);
            message = at < 0 ? message : message.substring(0, at);
        }
        JsonLocation at = json.getLocation();
        return (at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ") + message;
    }
}
