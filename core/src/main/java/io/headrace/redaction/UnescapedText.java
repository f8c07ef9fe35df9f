package io.headrace.redaction;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A text with its escapes undone, those of JSON and programming languages, of addresses and of HTML, and where each of
 * its characters stands in the text as it was.
 *
 * @param starts of each character, and the end of the text
 */
record UnescapedText(String text, int[] starts) {
    /** JSON in a JSON string in a log line of JSON; deeper ones are not undone. */
    private static final int MAX_DEPTH = 3;

    /** An escape; the last alternative is one that was cut off. Possessive, so that long rows of them need no stack. */
    private static final Pattern ESCAPE = Pattern.compile("(?=[\\\\%&])(?:" + String.join("|",
            "\\\\u(?<unit>[0-9a-fA-F]{4})",
            "%u(?<old>[0-9a-fA-F]{4})",
            "\\\\u\\{(?<braced>[0-9a-fA-F]{1,6})}",
            "\\\\U(?<point>[0-9a-fA-F]{8})",
            "(?<bytes>(?:\\\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}|\\\\[0-3][0-7]{2})++)",
            "\\\\(?<letter>[abfnrtv\\x20-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e])",
            "&(?<entity>amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});",
            "(?<cut>(?:\\\\(?:u\\{?|U|x)?|%u?|&#?)[0-9a-zA-Z]{0,8}(?=…|\\.\\.\\.))") + ")");
    private static final Pattern BYTE = Pattern.compile("\\\\x(..)|%(..)|\\\\([0-3][0-7]{2})");
    private static final String LETTERS = "abfnrtv";
    private static final String LETTER_MEANINGS = "\u0007\b\f\n\r\t\u000b";
    private static final Map<String, String> ENTITIES = Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos",
            "'");

    /** The text as it is, and again with its escapes undone, until there are none. */
    static List<UnescapedText> all(String text) {
        List<UnescapedText> all = new ArrayList<>();
        int[] places = new int[text.length() + 1];
        Arrays.setAll(places, i -> i);
        UnescapedText next = new UnescapedText(text, places);
        for (int depth = 0; next != null; depth++) {
            all.add(next);
            next = depth < MAX_DEPTH ? next.unescaped() : null;
        }
        return all;
    }

    /** Null when there is nothing to undo. */
    private @Nullable UnescapedText unescaped() {
        if (text.indexOf('\\') < 0 && text.indexOf('%') < 0 && text.indexOf('&') < 0) {
            return null;
        }
        Writer out = new Writer();
        Matcher escape = ESCAPE.matcher(text);
        int copied = 0;
        while (escape.find()) {
            out.copy(copied, escape.start());
            out.undo(escape);
            copied = escape.end();
        }
        if (copied == 0) {
            return null;
        }
        out.copy(copied, text.length());
        return out.reading();
    }

    /** Puts a reading of the outer one together. */
    private final class Writer {
        private final StringBuilder out = new StringBuilder(text.length());
        private int[] places = new int[text.length() + 1];

        void copy(int from, int to) {
            for (int i = from; i < to; i++) {
                places[out.length()] = starts[i];
                out.append(text.charAt(i));
            }
        }

        void undo(Matcher escape) {
            String bytes = escape.group("bytes");
            String letter = escape.group("letter");
            String entity = escape.group("entity");
            if (bytes != null) {
                bytes(bytes, escape.start());
            } else if (letter != null) {
                int known = LETTERS.indexOf(letter);
                put(known < 0 ? letter : LETTER_MEANINGS.substring(known, known + 1), escape.start());
            } else if (entity != null) {
                put(entity(entity), escape.start());
            } else if (escape.group("cut") == null) {
                for (String group : List.of("unit", "old", "braced", "point")) {
                    String digits = escape.group(group);
                    if (digits != null) {
                        put(character(Integer.parseUnsignedInt(digits, 16)), escape.start());
                    }
                }
            }
        }

        private void put(String characters, int at) {
            for (int i = 0; i < characters.length(); i++) {
                places[out.length()] = starts[at];
                out.append(characters.charAt(i));
            }
        }

        /** Bytes are characters in UTF-8 as far as they can be, else in Latin-1. */
        private void bytes(String run, int at) {
            Matcher each = BYTE.matcher(run);
            byte[] values = new byte[run.length()];
            int[] from = new int[run.length()];
            int count = 0;
            while (each.find()) {
                String hex = each.group(1) == null ? each.group(2) : each.group(1);
                values[count] = (byte) (hex == null ? Integer.parseInt(each.group(3), 8) : Integer.parseInt(hex, 16));
                from[count++] = at + each.start();
            }
            for (int i = 0; i < count;) {
                int length = Math.min(lengthInUtf8(values[i]), count - i);
                String character = new String(values, i, length, StandardCharsets.UTF_8);
                if (length < lengthInUtf8(values[i]) && SecretMatcher.cut(text, at + run.length()) > 0) {
                    return; // the rest of the character was cut off
                }
                if (character.indexOf('\ufffd') >= 0) {
                    length = 1;
                    character = new String(values, i, 1, StandardCharsets.ISO_8859_1);
                }
                put(character, from[i]);
                i += length;
            }
        }

        UnescapedText reading() {
            places[out.length()] = starts[text.length()];
            return new UnescapedText(out.toString(), Arrays.copyOf(places, out.length() + 1));
        }
    }

    private static int lengthInUtf8(byte first) {
        return first >= 0 ? 1 : (first & 0xe0) == 0xc0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : 4;
    }

    private static String entity(String name) {
        if (name.charAt(0) != '#') {
            return ENTITIES.getOrDefault(name, "");
        }
        boolean hex = name.charAt(1) == 'x' || name.charAt(1) == 'X';
        return character(Integer.parseInt(name.substring(hex ? 2 : 1), hex ? 16 : 10));
    }

    private static String character(int codePoint) {
        return Character.isValidCodePoint(codePoint) ? Character.toString(codePoint) : "\ufffd";
    }
}
